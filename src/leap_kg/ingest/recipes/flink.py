"""Beam's job server for Flink, which brings a Flink of its own: fetched once by Maven, for the Beam of the lock.

Hazard: a jar is code. Maven takes it from where it is told to look, and checks what comes by the sums that are there.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from leap_kg.graph.home import Home, unwritable
from leap_kg.ingest.recipes.environments import Environment, NotReady

FLINK = "2.2"
"""The version of Flink that is brought; Beam's name of the job server has it."""
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_SECONDS = 1800
_LONGEST_REASON = 600
_JAVA = "--runner flink runs in Java: install Java 17 or later"


@dataclass(frozen=True, slots=True)
class JobServer:
    """The job server of one version of Beam: its `coordinates` for Maven, and the `jar` it is."""

    coordinates: str
    jar: Path

    @classmethod
    def of(cls, home: Home) -> "JobServer":
        """The one for the Beam that the environment below this home has."""
        environment = Environment.of("flink", home)
        artifact, version = f"beam-runners-flink-{FLINK}-job-server", environment.packages()["apache-beam"]
        jar = environment.folder.with_name(f"{artifact}-{version}.jar")
        return cls(f"org.apache.beam:{artifact}:{version}", jar)

    def require(self) -> str:
        """The path of Java; raises `NotReady` if it, or the jar, is not there."""
        if not self.jar.is_file():
            raise NotReady("the job server of --runner flink is not there: run `leap-kg recipe setup --runner flink`")
        return _program("java", _JAVA)

    def set_up(self, tell: Callable[[str], object] = lambda text: None) -> bool:
        """Fetch the jar, unless it is there; returns whether there was anything to do. Raises `NotReady`."""
        _program("java", _JAVA)
        if self.jar.is_file():
            return False
        maven = _program("mvn", "Beam's job server for Flink is fetched by Maven: install it (mvn)")
        tell(f"fetching {self.coordinates}")
        try:
            self.jar.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.jar.parent) as folder:
                self._fetch(maven, Path(folder))
        except OSError as error:
            raise NotReady(str(unwritable(self.jar.parent, error))) from None
        return True

    def _fetch(self, maven: str, folder: Path) -> None:
        command = [
            maven, "--batch-mode", "--quiet", "-Dstyle.color=never", "--strict-checksums",
            f"-Dmaven.repo.local={folder / 'repository'}", _PLUGIN, f"-Dartifact={self.coordinates}",
            f"-DoutputDirectory={folder}",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise NotReady(f"Maven took longer than {_SECONDS} s to fetch {self.coordinates}: try it again") from None
        found = next(folder.glob("*.jar"), None)
        if done.returncode or found is None:
            said = " ".join((done.stdout or done.stderr).split())[:_LONGEST_REASON]
            raise NotReady(f"Maven could not fetch {self.coordinates}; connect this machine, or mend this: {said}")
        found.replace(self.jar)


def _program(name: str, remedy: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotReady(remedy)
    return found
