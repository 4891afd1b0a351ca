"""Everything that must hold before a release: version, archives, installation with each tool, zipapp, SBOM.

Run by ``make release-check``. The results are in ``dist/``. What could not be tried on this machine is listed at the end.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
TOOLS = Path(sys.executable).parent
PYTHONS = ("3.11", "3.12", "3.13")
QUICK_START = (
    ["--version"],
    ["init", "--preset", "telnyx"],
    ["validate", "--strict", "telnyx-custom.json"],
    ["render", "telnyx-custom.json", "SendMessage"],
    ["prove", "telnyx-custom.json"],
    ["simulate-webhook", "--help"],
    ["tour"],
)
NEEDED = ("py.typed", "template/presets/telnyx.json", "emulator/page/index.html", "cli/application.py")
not_tried: list[str] = []


def main() -> None:
    """Run every check; the first that fails ends the run with its reason."""
    version = released_version()
    wheel, sdist = build(version)
    contents(wheel, sdist)
    installations(wheel, sdist)
    zipapp(wheel, version)
    bill_of_materials(version)
    for reason in not_tried:
        print(f"not tried: {reason}")
    print(f"ready: ringocli {version} in {DIST}")


def released_version() -> str:
    """The version in the code, which must have an entry in the changelog or changes that wait for one."""
    text = (ROOT / "ringocli" / "version.py").read_text("utf-8")
    version = re.search(r'__version__ = "(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)"', text)
    require(version is not None, "ringocli/version.py has no version of the form 1.2.3")
    assert version is not None
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$", changelog, re.MULTILINE)
    entry = next((date for name, date in headings if name == version[1]), None)
    tag = run(["git", "describe", "--tags", "--exact-match"], check=False).strip()
    if tag:
        require(tag == f"v{version[1]}", f"the tag is {tag}, the version {version[1]}")
        require(bool(entry), f"CHANGELOG.md has no dated entry for {version[1]}")
    else:
        require(entry is not None or headings[:1] == [("Unreleased", "")], "CHANGELOG.md has no entry")
    print(f"version {version[1]}: {'tagged' if tag else 'not tagged yet'}")
    return version[1]


def build(version: str) -> tuple[Path, Path]:
    """Build both archives twice: the same source gives the same bytes."""
    shutil.rmtree(DIST, ignore_errors=True)
    moment = run(["git", "log", "-1", "--format=%ct"]).strip()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment}
    with tempfile.TemporaryDirectory() as again:
        for folder in (str(DIST), again):
            run([sys.executable, "-m", "build", "--outdir", folder, str(ROOT)], env=environment)
        wheel, sdist = DIST / f"ringocli-{version}-py3-none-any.whl", DIST / f"ringocli-{version}.tar.gz"
        for path in (wheel, sdist):
            require(path.is_file(), f"{path.name} was not built")
            require(
                path.read_bytes() == (Path(again) / path.name).read_bytes(), f"{path.name} differs when built again"
            )
    run([tool("twine"), "check", "--strict", str(wheel), str(sdist)])
    print(f"built {wheel.name} ({wheel.stat().st_size // 1024} KB) and {sdist.name}")
    return wheel, sdist


def contents(wheel: Path, sdist: Path) -> None:
    """Everything the package needs is in both archives, and nothing else is in the wheel."""
    tracked = set(run(["git", "ls-files", "ringocli"]).splitlines())
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packaged = {name for name in names if ".dist-info/" not in name and ".data/" not in name}
    require(packaged == tracked, f"wheel and repository differ: {sorted(packaged ^ tracked)[:5]}")
    for name in NEEDED:
        require(f"ringocli/{name}" in packaged, f"the wheel lacks ringocli/{name}")
    require(any(name.endswith("licenses/LICENSE") for name in names), "the wheel lacks the licence")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "tests/conftest.py", "samples/telnyx.json"):
        require(name in inside, f"the sdist lacks {name}")
    print(f"contents: {len(packaged)} files in the wheel, as in the repository")


def installations(wheel: Path, sdist: Path) -> None:
    """Install with pip, uv and pipx into empty environments, and run the quick start there."""
    uv = tool("uv")
    for wanted in PYTHONS:
        found = interpreter(uv, wanted)
        if not found:
            not_tried.append(f"Python {wanted}: it is not on this machine")
            continue
        for archive in (wheel, sdist):
            with tempfile.TemporaryDirectory() as folder:
                run([found, "-m", "venv", folder])
                python = scripts(folder) / "python"
                run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(archive)])
                quick_start([str(scripts(folder) / "ringocli")])
            print(f"pip, Python {wanted}: {archive.name}")
    with tempfile.TemporaryDirectory() as folder:
        places = {"UV_TOOL_DIR": f"{folder}/tools", "UV_TOOL_BIN_DIR": f"{folder}/bin"}
        run([uv, "tool", "install", "--quiet", "--python", sys.executable, str(wheel)], env={**os.environ, **places})
        quick_start([f"{folder}/bin/ringocli"])
        print("uv tool")
    with tempfile.TemporaryDirectory() as folder:
        places = {"PIPX_HOME": f"{folder}/home", "PIPX_BIN_DIR": f"{folder}/bin", "PIPX_MAN_DIR": f"{folder}/man"}
        run([tool("pipx"), "install", "--python", sys.executable, str(wheel)], env={**os.environ, **places})
        quick_start([f"{folder}/bin/ringocli"])
        print("pipx")


def interpreter(uv: str, version: str) -> str:
    """A Python of that version on this machine, those of pyenv that are not on the path included; else empty."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for path in sorted(pyenv.glob(f"{version}.*/bin/python")):
        return str(path)
    return run([uv, "python", "find", "--no-python-downloads", version], check=False).strip()


def zipapp(wheel: Path, version: str) -> None:
    """One file with all dependencies, for machines without a package index."""
    path = DIST / f"ringocli-{version}.pyz"
    run([tool("shiv"), "--console-script", "ringocli", "--output-file", str(path), "--reproducible", str(wheel)])
    with tempfile.TemporaryDirectory() as folder:
        quick_start([sys.executable, str(path)], {"SHIV_ROOT": folder})
    print(f"zipapp: {path.name} ({path.stat().st_size // 1_000_000} MB)")


def bill_of_materials(version: str) -> None:
    """The CycloneDX bill of materials of an environment that has nothing but ringocli."""
    path = DIST / f"ringocli-{version}.cdx.json"
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, "-m", "venv", folder])
        python = scripts(folder) / "python"
        wheel = next(DIST.glob("*.whl"))
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)])
        run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools", "pip"])
        run([tool("cyclonedx-py"), "environment", "--output-reproducible", "--validate", "-o", str(path), str(python)])
    components = json.loads(path.read_text("utf-8"))["components"]
    names = {component["name"].lower() for component in components}
    require({"ringocli", "httpx", "typer"} <= names, f"{path.name} does not list what was installed")
    unlicensed = sorted(component["name"] for component in components if not component.get("licenses"))
    print(f"SBOM: {path.name}, {len(components)} components, without a licence: {', '.join(unlicensed) or 'none'}")


def quick_start(command: list[str], environment: dict[str, str] | None = None) -> None:
    """The commands of the README's first screen, in an empty folder and without the developer's settings."""
    with tempfile.TemporaryDirectory() as folder:
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("RINGOCLI_", "PYTHON", "VIRTUAL"))
        }
        clean |= {"HOME": folder, "XDG_CONFIG_HOME": folder, **(environment or {})}
        for words in QUICK_START:
            run([*command, *words], env=clean, cwd=folder)


def scripts(environment: str) -> Path:
    """Where a virtual environment has its programs."""
    return Path(environment) / ("Scripts" if os.name == "nt" else "bin")


def tool(name: str) -> str:
    """A program of the release tools, installed beside this Python."""
    found = shutil.which(name, path=str(TOOLS))
    require(found is not None, f"{name} is not installed: run make release-check")
    return found or ""


def run(words: list[str], *, check: bool = True, env: dict[str, str] | None = None, cwd: str | Path = ROOT) -> str:
    """What a program prints; its failure ends the run."""
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False)
    if check:
        require(done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout if done.returncode == 0 else ""


def require(holds: bool, reason: str) -> None:
    """End the run unless a condition holds."""
    if not holds:
        sys.exit(f"not ready: {reason}")


if __name__ == "__main__":
    main()
