"""Policies: put, read and compared as JSON or YAML, tried, and begun with from examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.json_body import BodyReader
from retour.api.policy_shapes import DIFFERENCE, EXAMPLE, POLICY, SIMULATION, VERSION
from retour.api.problems import Problem, Stop
from retour.api.routes import BASE, LOOKS, PAGED, Parameter, Route
from retour.desk import policies
from retour.desk.outcome import Done
from retour.desk.policies import PolicyPut, examples, simulating, versions
from retour.desk.policies.simulating import SimulationBody
from retour.desk.policies.yaml_form import UnreadableYaml, read_yaml, write_yaml

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_POLICY: Final = BodyReader(PolicyPut)
_SIMULATION: Final = BodyReader(SimulationBody)
YAML: Final = "application/yaml"
YAML_TYPES: Final = (YAML, "application/x-yaml", "text/yaml", "text/x-yaml")
_POLICIES: Final = f"{BASE}/policies"
ONE: Final = f"{_POLICIES}/{{policy_id}}"
_EXAMPLES: Final = f"{BASE}/policy-examples"
_AS_YAML: Final = f" With Accept: {YAML} as YAML, with comments."


def _kind(header: bytes | None) -> str:
    return (header or b"").partition(b";")[0].strip().lower().decode("latin-1")


def policy_body(call: Call) -> PolicyPut:
    """Read a policy in the form it was sent in."""
    if _kind(call.headers.get(b"content-type")) not in YAML_TYPES:
        return _POLICY.read(call.body)
    try:
        tree = read_yaml(call.body)
    except UnreadableYaml as error:
        raise Stop(Problem(code="unreadable", detail=str(error))) from error
    return _POLICY.read(json.dumps({} if tree is None else tree).encode())


def _in_form(call: Call, outcome: Outcome) -> Outcome | Reply:
    """Answer a policy in the form that is asked for."""
    asked = {_kind(one) for one in call.headers.get(b"accept", b"").split(b",")}
    if not isinstance(outcome, Done) or asked.isdisjoint(YAML_TYPES):
        return outcome
    return Reply(
        status=outcome.status,
        body=write_yaml(json.loads(outcome.body)).encode(),
        content_type=YAML.encode(),
        headers=() if outcome.version is None else ((b"etag", b'"%d"' % outcome.version),),
    )


async def put_policy(call: Call) -> Outcome | Reply:
    """Bring a policy into force from its next version on."""
    body, name = policy_body(call), call.params["policy_id"]
    return _in_form(
        call, await policies.put(call.house, call.workspace_id, name, body, actor=call.actor)
    )


async def read_policy(call: Call) -> Outcome | Reply:
    """Give a policy as it is in force."""
    found = await policies.look_up(call.house, call.workspace_id, call.params["policy_id"])
    return _in_form(call, found)


async def list_policies(call: Call) -> Outcome:
    """Give a page of policies, by id."""
    return await policies.listing(call.house, call.workspace_id, call.page)


async def list_versions(call: Call) -> Outcome:
    """Give a page of a policy's versions, newest first."""
    name = call.params["policy_id"]
    return await versions.listing(call.house, call.workspace_id, name, call.page)


async def read_version(call: Call) -> Outcome | Reply:
    """Give one version of a policy."""
    name, version = call.params["policy_id"], call.params["version"]
    return _in_form(call, await versions.look_up(call.house, call.workspace_id, name, version))


async def compare_versions(call: Call) -> Outcome:
    """Say what changed between two versions."""
    name = call.params["policy_id"]
    return await versions.compare(call.house, call.workspace_id, name, call.query)


async def simulate_policy(call: Call) -> Outcome:
    """Say what a policy would make of a request."""
    return await simulating.simulate(
        call.house,
        call.workspace_id,
        call.params["policy_id"],
        _SIMULATION.read(call.body),
        actor=call.actor,
    )


async def list_examples(call: Call) -> Outcome:
    """Give every example, by name."""
    del call
    return examples.listing()


async def read_example(call: Call) -> Outcome | Reply:
    """Give one example as a policy, or as its file with comments."""
    name = call.params["example"]
    asked = {_kind(one) for one in call.headers.get(b"accept", b"").split(b",")}
    text = examples.text_of(name)
    if text is not None and not asked.isdisjoint(YAML_TYPES):
        return Reply(body=text.encode(), content_type=YAML.encode())
    return await examples.look_up(call.house, call.workspace_id, name)


ROUTES: Final = (
    Route(
        method="GET",
        path=_POLICIES,
        name="list_policies",
        tag="Settings",
        summary="List policies",
        scope="settings:read",
        noun="policy",
        answer=list_policies,
        query=PAGED,
        result=POLICY,
        paged=True,
    ),
    Route(
        method="PUT",
        path=ONE,
        name="put_policy",
        tag="Settings",
        summary="Put a policy whole",
        about="A change is a new version; returns keep the one they were requested under. It may"
        f" be sent as {YAML} too.",
        scope="settings:write",
        noun="policy",
        answer=put_policy,
        body=PolicyPut,
        accepts=("application/json", *YAML_TYPES),
        result=POLICY,
        statuses=(200, 201),
        versioned=True,
    ),
    Route(
        method="GET",
        path=ONE,
        name="read_policy",
        tag="Settings",
        summary="Read a policy as it is in force",
        about=_AS_YAML.strip(),
        scope="settings:read",
        noun="policy",
        answer=read_policy,
        result=POLICY,
        versioned=True,
    ),
    Route(
        method="GET",
        path=f"{ONE}/versions",
        name="list_policy_versions",
        tag="Settings",
        summary="List a policy's versions, newest first",
        scope="settings:read",
        noun="policy",
        answer=list_versions,
        query=PAGED,
        result=VERSION,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{ONE}/versions/{{version}}",
        name="read_policy_version",
        tag="Settings",
        summary="Read one version of a policy",
        about=_AS_YAML.strip(),
        scope="settings:read",
        noun="policy version",
        answer=read_version,
        result=POLICY,
        versioned=True,
    ),
    Route(
        method="GET",
        path=f"{ONE}/diff",
        name="compare_policy_versions",
        tag="Settings",
        summary="Say what changed between two versions",
        about="Rules go by their ids.",
        scope="settings:read",
        noun="policy",
        answer=compare_versions,
        query=(
            Parameter(name="from", about="The one before `to` unless said.", kind="integer"),
            Parameter(name="to", about="The one in force unless said.", kind="integer"),
        ),
        result=DIFFERENCE,
    ),
    Route(
        method="POST",
        path=f"{ONE}/simulate",
        name="simulate_policy",
        tag="Settings",
        summary="Try a request on a policy, or on a draft of it",
        about="The same code decides as for a real request, at any instant; every rule is"
        " explained. Nothing is written.",
        scope="settings:read",
        noun="policy",
        answer=simulate_policy,
        body=SimulationBody,
        result=SIMULATION,
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=_EXAMPLES,
        name="list_policy_examples",
        tag="Settings",
        summary="List policies to begin with",
        scope="settings:read",
        noun="policy example",
        answer=list_examples,
        result=EXAMPLE,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{_EXAMPLES}/{{example}}",
        name="read_policy_example",
        tag="Settings",
        summary="Read a policy to begin with",
        about=f"As it would be in force; with Accept: {YAML} its file.",
        scope="settings:read",
        noun="policy example",
        answer=read_example,
        result=POLICY,
    ),
)
