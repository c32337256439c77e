"""Reads cases of templates as JSON, and writes what Python's Jinja2 makes of each: its text, or the name of its error."""
import json
import sys

import jinja2
from jinja2.sandbox import SandboxedEnvironment

environment = SandboxedEnvironment()


def outcome(template, context):
    try:
        return {"template": template, "text": environment.from_string(template).render(context)}
    except Exception as error:  # whatever it raises is the answer
        return {"template": template, "error": type(error).__name__}


asked = json.load(sys.stdin)
answers = [outcome(case["template"], json.loads(json.dumps(asked["context"]))) for case in asked["cases"]]
json.dump({"jinja2": jinja2.__version__, "answers": answers}, sys.stdout, indent=1, ensure_ascii=False)
sys.stdout.write("\n")
