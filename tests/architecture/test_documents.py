"""What the documents show runs, and what they name exists."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.support.equal_runs import run_plain
from tests.support.ranks import run_ranks

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/distribution.md",
    "docs/data.md",
    "docs/migrating_from_tensorflow_estimator.md",
]
SEED = "import estikeras\nestikeras.keras.utils.set_random_seed(0)\n"


def programs(document):
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text("utf-8"), re.DOTALL)


def test_the_programs_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scope = {"__name__": "readme"}
    for program in programs("README.md"):
        exec(compile(program, "README.md", "exec"), scope)
    assert (tmp_path / "digits.keras").exists()
    x, y = scope["x_train"].reshape(-1, 64)[:32, :32], scope["y_train"][:32]
    assert float(scope["step"](x.astype("float32"), y)) > 0


def test_the_programs_of_the_data_guide_run(capsys):
    scope = {"__name__": "guide"}
    for program in programs("docs/data.md"):
        exec(compile(program, "data.md", "exec"), scope)
    assert "TensorSpec(shape=(None, 8, 8)" in capsys.readouterr().out


def test_the_programs_of_the_estimator_guide_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    scope = {"__name__": "guide"}
    for program in programs("docs/migrating_from_tensorflow_estimator.md"):
        exec(compile(program, "migrating_from_tensorflow_estimator.md", "exec"), scope)
    assert scope["metrics"]["accuracy"] > 0.8
    converted, own = (float(line.split()[0]) for line in capsys.readouterr().out.splitlines())
    assert min(converted, own) > 0.7
    assert set(scope["served"].structured_outputs) > {"classes", "probabilities"}


def test_the_programs_of_the_architecture_run(capsys):
    names, inside = programs("docs/architecture.md")
    assert '@public("keras.layers.Dense")' in names
    exec(compile(inside, "architecture.md", "exec"), {})
    assert "matmul" in capsys.readouterr().out


@pytest.mark.mpi
def test_the_programs_of_the_distribution_run_on_ranks(tmp_path):
    fit, launch, loop, chief = programs("docs/distribution.md")
    (tmp_path / "fit.py").write_text(fit.replace('"digits', f'"{tmp_path}/digits') + chief)
    assert "the chief says so" in run_ranks(2, [tmp_path / "fit.py"]).check().text
    assert (tmp_path / "digits.keras").exists()
    (tmp_path / "launch.py").write_text(launch)
    assert run_plain([tmp_path / "launch.py"]).check().text.count("10") == 2
    (tmp_path / "loop.py").write_text(SEED + loop)
    alone = run_plain([tmp_path / "loop.py"]).check().text.splitlines()[-1]
    together = run_ranks(2, [tmp_path / "loop.py"]).check().text.splitlines()[-1]
    numbers = ([float(word) for word in line.split()] for line in (alone, together))
    np.testing.assert_allclose(*numbers, rtol=1e-5)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / document).parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_machine_is_named(document):
    text = (ROOT / document).read_text("utf-8")
    assert re.findall(r"(?<![\w.])/(?:home|root|work|tmp|opt)/", text) == []
