"""The main job, played by the unmodified wandb SDK: `python story.py <chapter> …`, in the order given.

The environment says where (WANDB_BASE_URL, WANDB_API_KEY) and who (STORY_ENTITY, STORY_ORG, STORY_WEBHOOK). Every
chapter checks what it reads back and ends the process with an error where the story breaks. Facts that the caller
wants to check go to standard output as lines `FACT {json}`.
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

import wandb
from wandb.automations import DoNothing, OnAddArtifactAlias, OnLinkArtifact, SendWebhook

ENTITY = os.environ["STORY_ENTITY"]
ORG = os.environ["STORY_ORG"]
WEBHOOK = os.environ["STORY_WEBHOOK"]
PROJECT = os.environ.get("STORY_PROJECT", "story")
BIG_FILE_MB = int(os.environ.get("STORY_BIG_FILE_MB", "100"))
COLLECTION = "llm-models"
REGISTRY = f"{ORG}/wandb-registry-model/{COLLECTION}"
STEPS = 300


def alone(**more):
    """The environment of a script of its own: not one that shares this process's connection to the SDK's service."""
    return {**{name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"}, **more}


def fact(**facts):
    print("FACT " + json.dumps(facts), flush=True)


def say(text):
    print(f"STORY {text}", flush=True)


def check(condition, what):
    if not condition:
        raise SystemExit(f"The story breaks here: {what}")


def api():
    return wandb.Api(timeout=60)


def read_run(run_id):
    return api().run(f"{ENTITY}/{PROJECT}/{run_id}")


def chapter_login():
    check(wandb.login(key=os.environ["WANDB_API_KEY"], host=os.environ["WANDB_BASE_URL"], relogin=True), "wandb.login accepts the key")
    check(api().viewer.username == os.environ["STORY_USER"], "the viewer is the user of the key")


def chapter_run():
    config = {"learning_rate": 0.001, "epochs": 3, "model": {"name": "mlp", "layers": [128, 10]}}
    run = wandb.init(entity=ENTITY, project=PROJECT, config=config, tags=["story", "first"], notes="a run of the story")
    with tempfile.TemporaryDirectory() as folder:
        saved = pathlib.Path(folder, "saved.txt")
        saved.write_text("kept with the run\n")
        run.save(str(saved), base_path=folder, policy="now")
        for step in range(STEPS):
            loss = float("nan") if step == 7 else float("inf") if step == 8 else 1 / (step + 1)
            run.log({"loss": loss, "eval": {"acc": step / STEPS, "deep": {"er": step}}})
            if step % 100 == 0:
                print(f"step {step} of {STEPS}")
        run.summary["best"] = {"acc": 0.99}
        run.tags = run.tags + ("late",)
        run.finish()
    say(f"a run of {STEPS} steps is finished: {run.id}")

    stored = read_run(run.id)
    check(stored.state == "finished", f"the run is finished, not {stored.state}")
    check(stored.config["model"]["layers"] == [128, 10], "the config comes back nested")
    check(set(stored.tags) == {"story", "first", "late"}, f"the tags come back: {stored.tags}")
    check(stored.notes == "a run of the story", "the notes come back")
    check(stored.summary["best"]["acc"] == 0.99 and stored.summary["eval"]["deep"]["er"] == STEPS - 1, "the summary comes back nested")
    rows = list(stored.scan_history(keys=["_step", "loss"]))
    check(len(rows) == STEPS, f"all {STEPS} steps are there, not {len(rows)}")
    check(math.isnan(float(rows[7]["loss"])) and math.isinf(float(rows[8]["loss"])), f"NaN and infinity come back as logged: {rows[7:9]}")
    names = {file.name for file in stored.files()}
    check({"saved.txt", "output.log", "config.yaml", "wandb-summary.json"} <= names, f"the files are there: {names}")
    with tempfile.TemporaryDirectory() as folder:
        got = stored.file("saved.txt").download(root=folder, replace=True)
        check(pathlib.Path(got.name).read_text() == "kept with the run\n", "the saved file comes back")
        log = stored.file("output.log").download(root=folder, replace=True)
        check("step 200 of 300" in pathlib.Path(log.name).read_text(), "the console output comes back")
    fact(run=run.id)


def chapter_run_alone():
    """Logs and reads nothing back: for a key that is used up."""
    run = wandb.init(entity=ENTITY, project=PROJECT)
    for step in range(STEPS):
        run.log({"loss": 1 / (step + 1)})
    run.finish()
    fact(run=run.id)


def chapter_failing():
    script = textwrap.dedent(f"""
        import wandb
        run = wandb.init(entity={ENTITY!r}, project={PROJECT!r}, id="story-failing")
        run.log({{"loss": 1}})
        raise RuntimeError("this script fails")
    """)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=alone())
    check(ended.returncode != 0, "the script failed")
    stored = read_run("story-failing")
    check(stored.state == "failed", f"the run is failed, not {stored.state}")
    say("a failing script is a failed run")


def chapter_offline():
    with tempfile.TemporaryDirectory() as folder:
        script = textwrap.dedent(f"""
            import wandb
            run = wandb.init(entity={ENTITY!r}, project={PROJECT!r}, id="story-offline", mode="offline", dir={folder!r}, config={{"a": 1}})
            for step in range(20):
                run.log({{"loss": step}})
            run.finish()
        """)
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=alone())
        offline = next(pathlib.Path(folder, "wandb").glob("offline-run-*"))
        synced = subprocess.run([sys.executable, "-m", "wandb", "sync", str(offline)], capture_output=True, text=True, env=alone(WANDB_DIR=folder))
        check(synced.returncode == 0, f"wandb sync ends well: {synced.stdout} {synced.stderr}")
    stored = read_run("story-offline")
    check(stored.state == "finished" and stored.config["a"] == 1, f"the offline run arrived, finished, not {stored.state}")
    check(len(list(stored.scan_history(keys=["loss"]))) == 20, "with all its steps")
    say("an offline run arrived with wandb sync")


def chapter_resume():
    first = wandb.init(entity=ENTITY, project=PROJECT, id="story-resume", resume="never")
    for step in range(10):
        first.log({"loss": step})
    first.finish()
    second = wandb.init(entity=ENTITY, project=PROJECT, id="story-resume", resume="must")
    check(second.resumed, "the run is resumed")
    for step in range(10, 15):
        second.log({"loss": step})
    second.finish()
    rows = [row["loss"] for row in read_run("story-resume").scan_history(keys=["_step", "loss"])]
    check(rows == list(range(15)), f"the history goes on where it stopped: {rows}")
    allowed = wandb.init(entity=ENTITY, project=PROJECT, id="story-allow", resume="allow")
    allowed.finish()
    say("a resumed run goes on at its next step")


def make_artifact(folder, generation):
    artifact = wandb.Artifact("story-model", type="model", description="a model", metadata={"model_type": "resnet50", "accuracy": 0.97, "generation": generation})
    pathlib.Path(folder, "weights").mkdir(exist_ok=True)
    pathlib.Path(folder, "weights", "small.bin").write_bytes(b"small" * 100 * generation)
    pathlib.Path(folder, "notes.md").write_text("# the same in every generation\n")
    big = pathlib.Path(folder, "big.bin")
    if not big.exists():
        block = os.urandom(1 << 20)
        with big.open("wb") as file:
            for index in range(BIG_FILE_MB):
                file.write(index.to_bytes(8, "big") + block[8:])
    artifact.add_dir(folder)
    return artifact


def chapter_artifact():
    with tempfile.TemporaryDirectory() as folder:
        run = wandb.init(entity=ENTITY, project=PROJECT, job_type="train")
        first = run.log_artifact(make_artifact(folder, 1), aliases=["candidate"]).wait()
        check(first.version == "v0", f"the first version is v0, not {first.version}")
        again = run.log_artifact(make_artifact(folder, 1)).wait()
        check(again.version == "v0" and again.id == first.id, "identical content makes no new version")
        second = run.log_artifact(make_artifact(folder, 2)).wait()
        check(second.version == "v1" and second.file_count == 3, f"other content makes v1, not {second.version}")
        run.finish()

        user = wandb.init(entity=ENTITY, project=PROJECT, job_type="evaluate")
        used = user.use_artifact("story-model:latest")
        check(used.version == "v1" and used.metadata["model_type"] == "resnet50", "latest is v1 and has its metadata")
        with tempfile.TemporaryDirectory() as target:
            got = pathlib.Path(used.download(root=target))
            for name in ["big.bin", "weights/small.bin", "notes.md"]:
                check((got / name).read_bytes() == pathlib.Path(folder, name).read_bytes(), f"{name} comes back byte for byte")
            used.verify(root=target)
        user.finish()

    version = api().artifact(f"{ENTITY}/{PROJECT}/story-model:v1")
    version.aliases.append("tested")
    version.tags.append("approved")
    version.save()
    version = api().artifact(f"{ENTITY}/{PROJECT}/story-model:tested")
    check(set(version.aliases) == {"latest", "tested"} and version.tags == ["approved"], f"alias and tag are there: {version.aliases} {version.tags}")
    version.aliases.remove("tested")
    version.save()
    check("tested" not in api().artifact(f"{ENTITY}/{PROJECT}/story-model:v1").aliases, "the alias is gone")
    versions = [each.version for each in api().artifacts("model", f"{ENTITY}/{PROJECT}/story-model")]
    check(sorted(versions) == ["v0", "v1"], f"both versions are listed: {versions}")
    say(f"two versions with a file of {BIG_FILE_MB} MB are logged, used, downloaded and verified")


def chapter_link():
    run = wandb.init(entity=ENTITY, project=PROJECT, job_type="register")
    version = run.use_artifact("story-model:v1")
    run.link_artifact(version, f"wandb-registry-model/{COLLECTION}")
    run.finish()
    linked = api().artifact(f"{REGISTRY}:v0")
    check(linked.name == f"{COLLECTION}:v0" and linked.entity == ORG, f"the version is in the registry: {linked.entity}/{linked.project}/{linked.name}")
    check(linked.source_name == "story-model:v1", f"and knows where it came from: {linked.source_name}")
    check("llm-models" in {each.name for each in api().registry("model", organization=ORG).collections()}, "the registry lists the collection")
    source = api().artifact(f"{ENTITY}/{PROJECT}/story-model:v0")
    source.link(f"{ENTITY}/model-registry/{COLLECTION}", aliases=["legacy"])
    check(api().artifact(f"{ENTITY}/model-registry/{COLLECTION}:legacy").source_name == "story-model:v0", "the legacy registry has it too")
    say("a version is linked into the registry, and one into the legacy registry")


def collection():
    return api().artifact_collection("model", REGISTRY)


def alias_is(alias):
    """The seed's filter. SDKs of 0.25 to 0.28 take no plain value in it, and refuse it themselves."""
    short = {"alias": alias}
    try:
        OnAddArtifactAlias(scope=collection(), filter=short)
    except ValueError:
        return {"alias": {"$eq": alias}}
    return short


def chapter_automation():
    client = api()
    integration = next(each for each in client.webhook_integrations(entity=ENTITY) if each.name == WEBHOOK)
    event = OnAddArtifactAlias(scope=collection(), filter=alias_is("production"))
    payload = {
        "event_type": "DEPLOY_MODEL",
        "model_info": {
            "artifact_version": "${artifact_version_string}",
            "collection": "${artifact_collection_name}",
            "entity": "${entity_name}",
            "project": "${project_name}",
            "author": "${event_author}",
            "event_type": "${event_type}",
        },
        "deployment_config": {"environment": "production", "auto_scale": True, "min_replicas": 2},
    }
    action = SendWebhook.from_integration(integration, payload=payload)
    automation = client.create_automation(event >> action, name="production-deployment-trigger", description="Trigger deployment pipeline when model is promoted to production")
    check(automation.action.request_payload == payload, "the payload comes back as it was sent")
    check(automation.scope.name == COLLECTION, "the scope is the collection")

    found = [each.name for each in client.automations(entity=ORG)]
    check("production-deployment-trigger" in found, f"the automation is listed: {found}")
    try:
        client.create_automation(event >> action, name="production-deployment-trigger")
        check(False, "a second automation of the same name is refused")
    except wandb.errors.CommError as error:
        check("production-deployment-trigger" in str(error), f"and the message names it: {error}")

    other = client.create_automation(OnLinkArtifact(scope=collection()) >> DoNothing(), name="to be changed")
    changed = client.update_automation(other, name="changed", description="was changed", enabled=False)
    check((changed.name, changed.description, changed.enabled) == ("changed", "was changed", False), "an automation can be changed and disabled")
    check(client.automation("changed", entity=ORG).enabled is False, "and reads back so")
    check(client.delete_automation(changed), "and deleted")
    check("changed" not in [each.name for each in client.automations(entity=ORG)], "and is then gone")
    say("an automation is created as the seed does, listed, updated, disabled, deleted")
    fact(automation=automation.id)


def chapter_promote():
    linked = api().artifact(f"{REGISTRY}:v0")
    linked.aliases.append("production")
    linked.save()
    check("production" in api().artifact(f"{REGISTRY}:v0").aliases, "production is on the linked version")
    fact(artifact=linked.id, version=f"{REGISTRY}:production")
    say(f"production is on {REGISTRY}:v0")


def chapter_bad_input():
    client = api()
    integration = next(each for each in client.webhook_integrations(entity=ENTITY) if each.name == WEBHOOK)
    for label, event, payload, words in [
        ("an unknown variable", OnAddArtifactAlias(scope=collection(), filter=alias_is("x")), {"a": "${artifact_versoin}"}, ["artifact_versoin", "artifact_version"]),
        ("an unknown filter field", OnAddArtifactAlias(scope=collection(), filter={"alais": {"$eq": "x"}}), {"a": "b"}, ["alais", "alias"]),
    ]:
        try:
            client.create_automation(event >> SendWebhook.from_integration(integration, payload=payload), name=label)
            check(False, f"{label} is refused")
        except wandb.errors.CommError as error:
            check(all(word in str(error) for word in words), f"{label} is named, and the nearest valid name: {error}")
    try:
        api().artifact(f"somebody-else/{PROJECT}/story-model:v0")
        check(False, "a foreign artifact is not found")
    except (wandb.errors.CommError, ValueError) as error:
        check("not found" in str(error).lower() or "somebody-else" in str(error), f"a foreign artifact is not found: {error}")
    say("mistakes are named")


def chapter_watch_everything():
    """Every event of versions and collections, at every scope, with the classes of a newer SDK."""
    from wandb import automations as words

    client = api()
    integration = next(each for each in client.webhook_integrations(entity=ENTITY) if each.name == WEBHOOK)
    scopes = {"collection": collection(), "registry": client.registry("model", organization=ORG), "organization": client.organization(ORG)}
    events = ["OnLinkArtifact", "OnUnlinkArtifact", "OnAddArtifactAlias", "OnAddArtifactTag", "OnRemoveArtifactTag", "OnAddCollectionTag", "OnRemoveCollectionTag"]
    payload = {"automation": "${automation_name}", "event": "${event_type}", "tag": "${tag}", "alias": "${alias}", "version": "${artifact_version_index}", "collection": "${artifact_collection_name}"}
    for kind, scope in scopes.items():
        for event in events:
            made = client.create_automation(getattr(words, event)(scope=scope) >> SendWebhook.from_integration(integration, payload=payload), name=f"{event} {kind}")
            check(made.scope.name in (scope.name, f"wandb-registry-{scope.name}"), f"the scope of {made.name} comes back: {made.scope.name}")
    team = client.create_automation(words.OnAddArtifactTag(scope=client.team(ENTITY)) >> SendWebhook.from_integration(integration, payload=payload), name="OnAddArtifactTag team")
    check(client.automation("OnAddArtifactTag team", entity=ENTITY) == team, "an automation of the team comes back as it was made")
    names = {each.name for each in client.automations(entity=ORG)}
    check({f"{event} {kind}" for event in events for kind in scopes} <= names, f"all are listed: {names}")
    say("automations watch every event at every scope")


def chapter_change_everything():
    source = api().artifact(f"{ENTITY}/{PROJECT}/story-model:v0")
    source.link(f"{ORG}/wandb-registry-model/{COLLECTION}", aliases=["watched"])
    linked = api().artifact(f"{REGISTRY}:watched")
    linked.tags.append("watched-tag")
    linked.save()
    linked.tags.remove("watched-tag")
    linked.save()
    portfolio = collection()
    portfolio.tags.append("collection-tag")
    portfolio.save()
    portfolio.tags.remove("collection-tag")
    portfolio.save()
    api().artifact(f"{REGISTRY}:watched").unlink()
    say("a version was linked, tagged, untagged, unlinked, and its collection tagged and untagged")


def chapter_watch_creation():
    """New versions of one collection: the scope that the SDK's own class takes."""
    from wandb.automations import OnCreateArtifact

    client = api()
    integration = next(each for each in client.webhook_integrations(entity=ENTITY) if each.name == WEBHOOK)
    payload = {"automation": "${automation_name}", "event": "${event_type}", "version": "${artifact_version_string}", "model": "${artifact_metadata.model_type}", "generation": "${=artifact_metadata.generation}"}
    for name, scope in {"created in the source": client.artifact_collection("model", f"{ENTITY}/{PROJECT}/story-model"), "created in the registry collection": collection()}.items():
        made = client.create_automation(OnCreateArtifact(scope=scope, filter={"artifact_type": "model"}) >> SendWebhook.from_integration(integration, payload=payload), name=name)
        check(made.scope.name == scope.name, f"the scope of {name} comes back: {made.scope.name}")
    say("new versions of two collections are watched")


def chapter_create_another():
    with tempfile.TemporaryDirectory() as folder:
        run = wandb.init(entity=ENTITY, project=PROJECT, job_type="train")
        made = run.log_artifact(make_artifact(folder, 3)).wait()
        run.link_artifact(made, f"wandb-registry-model/{COLLECTION}")
        run.finish()
    linked = next(each for each in api().artifacts("model", REGISTRY) if each.source_name == made.source_name)
    fact(source=f"{ENTITY}/{PROJECT}/{made.name}", linked=f"{REGISTRY}:{linked.version}")
    say("one more version is logged and linked")


def chapter_watch_runs():
    from wandb.automations import OnRunState, RunEvent

    client = api()
    integration = next(each for each in client.webhook_integrations(entity=ENTITY) if each.name == WEBHOOK)
    payload = {"automation": "${automation_name}", "event": "${event_type}", "run": "${run_id}", "name": "${run_name}", "url": "${run_url}", "status": "${run_status}", "author": "${event_author}", "version": "${artifact_version_string}"}
    action = SendWebhook.from_integration(integration, payload=payload)
    wandb.init(entity=ENTITY, project=PROJECT, id="first").finish()  # makes the project
    project = client.project(PROJECT, entity=ENTITY)
    ended = client.create_automation(OnRunState(scope=project, filter=RunEvent.state.in_(["failed", "finished"])) >> action, name="ended")
    check(client.automation("ended", entity=ENTITY) == ended, "an automation on run states comes back as it was made")
    client.create_automation(OnRunState(scope=client.team(ENTITY), filter=(RunEvent.state == "failed") & RunEvent.name.contains("nightly")) >> action, name="nightly failed")
    say("automations watch the states of runs")


def chapter_run_states():
    good = wandb.init(entity=ENTITY, project=PROJECT, id="good", name="nightly good")
    good.log({"loss": 1})
    good.finish()
    start = f"import wandb\nrun = wandb.init(entity={ENTITY!r}, project={PROJECT!r}, id=%r, name=%r)\nrun.log({{'loss': 1}})\n"
    subprocess.run([sys.executable, "-c", start % ("bad", "nightly bad") + "raise RuntimeError('fails')"], capture_output=True, env=alone())
    lost = subprocess.Popen([sys.executable, "-c", start % ("lost", "nightly lost") + "import time\ntime.sleep(2)\nprint('started', flush=True)\ntime.sleep(600)"], stdout=subprocess.PIPE, env=alone(), start_new_session=True)
    for line in lost.stdout:
        if b"started" in line:
            break
    os.killpg(lost.pid, 9)
    say("a run finished, one failed, and one was lost")


def chapter_list_automations():
    from wandb import automations as words

    names = [each.name for each in api().automations(entity=ORG)]
    check("production-deployment-trigger" in names, f"what this SDK can read is listed: {names}")
    knows_unlink = hasattr(words, "OnUnlinkArtifact")
    check(("OnUnlinkArtifact registry" in names) == knows_unlink, f"an event is listed where this SDK knows it: {names}")
    check(not any(name.endswith(" organization") for name in names), f"and what it cannot read is not: {names}")
    say("an older SDK lists what it can read")


if __name__ == "__main__":
    for chapter in sys.argv[1:]:
        globals()[f"chapter_{chapter}"]()
