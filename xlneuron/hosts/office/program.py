"""The LibreOffice that ``server.py`` serves: a process with a user profile of its own. Needs only ``uno``."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import uno
import unohelper
from com.sun.star.awt import XCallback
from com.sun.star.task import XInteractionHandler
from com.sun.star.ucb import XCommandEnvironment, XProgressHandler

START_SECONDS = 90.0  # for a new profile on a slow disk; 1 to 2 are usual
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.5  # how often, while it works, whether LibreOffice is still there

# What tests and checks rely on: English, because LibreOffice translates the names of errors; no
# recalculation on load, so that a loaded workbook shows the values of its file.
SETTINGS = (
    ("org.openoffice.Setup/L10N", "ooLocale", "en-US"),
    ("org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-US"),
    ("org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "1"),
)


class Program:
    """One LibreOffice process on a user profile of its own, reached through a pipe of its own."""

    def __init__(self, soffice: str, profile: Path) -> None:
        self.soffice, self.profile = soffice, profile
        self.process: subprocess.Popen[bytes] | None = None
        self.context: Any = None
        self.desktop: Any = None
        write_settings(profile)

    def start(self) -> None:
        """Start and connect. The very first start on a new profile may end by itself: then start again."""
        deadline = time.monotonic() + START_SECONDS
        pipe = f"pipe,name=xlneuron{uuid.uuid4().hex};urp;StarOffice.ComponentContext"
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        failure = ""
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self.process = self._spawn(pipe)
            try:
                self.context = resolver.resolve(f"uno:{pipe}")
                self.desktop = self.service("com.sun.star.frame.Desktop")
            except Exception as error:  # not listening yet, or ended while starting: UNO has no narrower type
                failure = str(error)
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(f"not ready after {START_SECONDS:.0f} s: {failure}")

    def _spawn(self, pipe: str) -> subprocess.Popen[bytes]:
        options = ["--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"]
        profile = f"-env:UserInstallation={self.profile.as_uri()}"
        command = [self.soffice, *options, profile, f"--accept={pipe}"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr)

    def service(self, name: str) -> Any:
        """A new instance of one of LibreOffice's services."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def in_main_thread(self, do: Callable[[], Any]) -> Any:
        """Do something in the thread in which LibreOffice does what its windows ask for; return the result.

        Elsewhere a formula that calls Python can take three times as long, or not, as it happens.
        """
        if self.desktop is None:
            return do()  # it has not started yet
        task = Task(do)
        self.service("com.sun.star.awt.AsyncCallback").addCallback(task, None)
        while not wait([task.outcome], LOOK_SECONDS).done:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError("LibreOffice has ended")
        return task.outcome.result()

    def add_extension(self, path: str) -> None:
        """Add an extension to this profile; its functions work from the next start on.

        Not by unopkg, which root may use for the shared profile only.
        """
        manager = self.context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
        manager.addExtension(Path(path).as_uri(), (), "user", manager.createAbortChannel(), Consent())

    def stop(self) -> None:
        """Ask LibreOffice to end; end everything if it does not."""
        if self.process is None:
            return
        try:
            self.desktop.terminate()
        except Exception:  # the connection breaks while LibreOffice ends, which is what was asked for
            self.desktop = None
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.end()
        self.process = None

    def is_gone(self) -> bool:
        """Whether a LibreOffice that had started answers no more."""
        try:
            return self.desktop is not None and self.desktop.getFrames() is None
        except Exception:  # of several types, depending on how it went
            return True

    def end(self) -> None:
        """End LibreOffice and this process at once."""
        shutil.rmtree(self.profile, ignore_errors=True)
        if sys.platform != "win32" and os.getpgrp() == os.getpid():  # the client gave it a process group
            os.killpg(0, signal.SIGKILL)
        if self.process is not None:
            self.process.kill()
        os._exit(1)


def write_settings(profile: Path) -> None:
    """Write SETTINGS as the configuration of a new profile."""
    items = "".join(
        f'<item oor:path="/{path}">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in SETTINGS
    )
    file = profile / "user" / "registrymodifications.xcu"
    file.parent.mkdir(parents=True)
    file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n{items}</oor:items>\n',
        encoding="utf-8",
    )


class Consent(unohelper.Base, XCommandEnvironment, XInteractionHandler, XProgressHandler):  # type: ignore[misc]
    """Says yes to what LibreOffice asks while it installs an extension."""

    getInteractionHandler = getProgressHandler = lambda self: self  # noqa: N815
    push = update = pop = lambda self, *_: None

    def handle(self, request: Any) -> None:  # noqa: D102
        approve = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
        for answer in request.getContinuations():
            if answer.queryInterface(approve):
                answer.select()


class Task(unohelper.Base, XCallback):  # type: ignore[misc]
    """What LibreOffice calls back in its main thread; calls from here are done in that one as well."""

    def __init__(self, do: Callable[[], Any]) -> None:
        self.do = do
        self.outcome: Future[Any] = Future()

    def notify(self, _: Any) -> None:  # noqa: D102
        try:
            self.outcome.set_result(self.do())
        except Exception as error:  # raised again where the outcome is asked for
            self.outcome.set_exception(error)
