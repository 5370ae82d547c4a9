"""Every scenario, in every language, against a real server."""

from __future__ import annotations

import dataclasses

import pytest

from tests.conformance.own_server import OwnServer
from tests.conformance.playing import Stage
from tests.conformance.scenarios import Scenario, all_scenarios
from tests.conformance.scripted_models import ScriptedModels
from tests.conformance.table import FAILED, NOT_POSSIBLE, PASSED, Outcomes

SCENARIOS = all_scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_law_holds(
    scenario: Scenario, stage: Stage, outcomes: Outcomes, request: pytest.FixtureRequest
) -> None:
    """The law that the scenario states holds in the language of the runner."""
    language = stage.driver.language
    if scenario.needs & language.lacks:
        outcomes.add(scenario.name, language.title, NOT_POSSIBLE)
        return
    if "own_server" in scenario.needs:
        own: OwnServer = request.getfixturevalue("own_server")
        own.start()
        stage.proxy.lead_to(own.process.target)
        stage = dataclasses.replace(stage, server=own.process, own=own)
    if "scripted_models" in scenario.needs:
        models: ScriptedModels = request.getfixturevalue("scripted_models")
        models.begin_anew()
        stage.proxy.lead_to(models.process.target)
        stage = dataclasses.replace(stage, server=models.process, models=models)
    outcomes.add(scenario.name, language.title, FAILED)
    stage.play(scenario)
    outcomes.add(scenario.name, language.title, PASSED)
