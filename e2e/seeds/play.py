"""Plays the Python of the page on webhook automations with the completed SDK: ``python play.py <chapter> …``.

The blocks of webhook-automations/ run in their order and in one namespace, as a reader would paste them one after the
other into one session. What the page takes for granted is made before: its team's projects, a model in the registry,
and the two names that it uses without saying where they come from. Facts go to standard output as ``FACT {json}``.
"""

import json
import pathlib
import sys

import wandb
from wandb.automations import DoNothing, OnAddArtifactAlias, OnCreateArtifact, SendWebhook

TEAM = "my-team"
REGISTRY = f"{TEAM}/model-registry"
BLOCKS = sorted((pathlib.Path(__file__).parent / "webhook-automations").glob("*.py"))

# SendWebhook is imported on the page only after its first use.
NAMESPACE = {"__name__": "__main__", "SendWebhook": SendWebhook, "updated_payload": {"updated": "${artifact_version_string}"}}


def fact(**facts):
    print("FACT " + json.dumps(facts), flush=True)


def log_model(name, **metadata):
    run = wandb.init(entity=TEAM, project="model-training")
    artifact = wandb.Artifact(name, type="model", metadata=metadata)
    with artifact.new_file("weights.txt") as file:
        file.write(name)
    run.log_artifact(artifact).wait()
    run.finish()
    return wandb.Api().artifact(f"{TEAM}/model-training/{name}:latest")


def chapter_prepare():
    wandb.init(entity=TEAM, project="research-experiments").finish()
    log_model("first", model_type="transformer").link(f"{REGISTRY}/llm-models")


def before_manage():
    """The automation that the page changes by name, and one behind it, which is the last of its loop and is deleted."""
    webhook = next(NAMESPACE["api"].webhook_integrations(entity=TEAM))
    event = OnAddArtifactAlias(scope=NAMESPACE["project"], filter={"alias": "never"})
    for name in ("my-webhook-automation", "the last one"):
        NAMESPACE["api"].create_automation(event >> SendWebhook.from_integration(webhook, payload={"old": "payload"}), name=name)
    NAMESPACE["api"].create_automation(event >> DoNothing(), name="no webhook")


BEFORE = {"08-manage": before_manage}


def chapter_blocks():
    for path in BLOCKS:
        if path.stem in BEFORE:
            BEFORE[path.stem]()
        print(f"BLOCK {path.stem}", flush=True)
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), NAMESPACE)
        if path.stem == "03-capabilities":
            fact(capabilities=NAMESPACE["payload"])


def chapter_listed():
    """What an SDK without the package, or with it, reads back."""
    api = wandb.Api()
    found = {each.name: each for each in api.automations(entity=TEAM)}
    fact(automations={name: {"event": each.event.event_type.value, "payload": getattr(each.action, "request_payload", None)} for name, each in found.items()})


def chapter_rename():
    """Renames the automation over two metrics there and back, and tells its filter before and after."""
    api = wandb.Api()
    automation = api.automation("high-performance-model-review", entity=TEAM)
    before = automation.event.filter.model_dump_json()
    renamed = api.update_automation(automation, name="renamed")
    back = api.update_automation(renamed, name="high-performance-model-review")
    fact(before=before, after=back.event.filter.model_dump_json(), completed=hasattr(wandb, "hook"))


def check(condition, what):
    if not condition:
        raise SystemExit(f"This does not hold: {what}")


def refused(call, *words):
    try:
        call()
    except ValueError as error:
        check(all(word in str(error) for word in words), f"the refusal names {words}: {error}")
    else:
        check(False, f"{words} is refused")


def chapter_registries():
    """What the page does with the team's registry, with one of the organization; and names that are not there."""
    log_model("shared").link("acme/wandb-registry-model/shared-models")
    api = wandb.Api()
    registry = api.registry("model", entity=TEAM)
    check(registry.full_name == "wandb-registry-model" and registry.organization == "acme", "a registry of the team's organization is found by the team")
    check(api.registry("model", organization="acme").id == registry.id == api.registry("model", "acme").id, "and as before by the organization")
    check(registry.collection("shared-models").name == "shared-models", "its collection is found by name")

    webhook = next(api.webhook_integrations(entity=TEAM))
    action = SendWebhook.from_integration(webhook, payload={"shared": "${artifact_version_string}"})
    made = api.create_automation(OnCreateArtifact(scope=registry) >> action, name="shared")
    beside = api.create_automation(OnAddArtifactAlias(scope=registry.collection("shared-models")) >> DoNothing(), name="of a collection")
    check([each.name for each in registry.automations()] == ["shared", "of a collection"], "it lists its automations and those of its collections")
    made.name, made.description = "renamed", "by save"
    check(made.save() is made and made.updated_at is not None, "save takes over what the server made of it")
    [listed] = [each for each in registry.automations() if each.id == made.id]
    check(listed == made and listed.description == "by save", "and is kept")
    check(beside.delete() is True, "delete deletes")
    check([each.name for each in registry.automations()] == ["renamed"], "and the other is gone")
    check(not {"renamed"} & {each.name for each in api.project("model-training", entity=TEAM).automations()}, "other projects do not list it")

    refused(lambda: registry.collection("nothing"), "nothing")
    refused(lambda: api.project("model-training", entity=TEAM).collection("nothing"), "nothing")
    refused(lambda: api.registry("model-registry", entity="nobody"), "model-registry", "nobody")
    refused(lambda: api.project("nothing", entity=TEAM).automations(), "nothing")
    log_model("shared-2").link("acme/wandb-registry-model/shared-models")


def chapter_promote():
    linked = wandb.Api().artifact(f"{REGISTRY}/llm-models:v0")
    linked.aliases.append("production")
    linked.save()


def chapter_register():
    log_model("second", model_type="diffusion").link(f"{REGISTRY}/llm-models")


def chapter_train():
    """One run that is good by one metric only, and one that is good by both."""
    for name, loss in (("half", 0.5), ("good", 0.04)):
        run = wandb.init(entity=TEAM, project="model-training", id=name)
        run.log({"val_accuracy": 0.97})
        run.log({"val_loss": loss})
        run.finish()


if __name__ == "__main__":
    for chapter in sys.argv[1:]:
        globals()[f"chapter_{chapter}"]()
