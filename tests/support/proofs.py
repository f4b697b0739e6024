"""Everyone who can check an export: crm-host verify, verify-export.sh in several shells.

CRM_BUILD_DIR   a finished build; the script lies beside the plugin
"""

import base64
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import crm

PLUGINS = Path(os.environ.get("CRM_BUILD_DIR", crm.ROOT / "build/dev")) / "plugins"
SCRIPT = PLUGINS / "verify-export.sh"
# What the script may use of a POSIX system, beside openssl.
UTILITIES = ("sh", "awk", "cat", "grep", "mkdir", "od", "rm", "sed", "tail", "tr", "wc")


def sidecar(path):
    return Path(f"{path}.jws")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload_text(jws):
    return unbase64url(jws.split(".")[1]).decode()


class Shell:
    """A shell and nothing but the utilities that the script may use, as its whole PATH."""

    def __init__(self, name, shell, utilities=None):
        self.name, self.folder = name, Path(tempfile.mkdtemp(prefix="crm-shell-"))
        for utility in UTILITIES:
            (self.folder / utility).symlink_to(utilities or shutil.which(utility))
        (self.folder / "openssl").symlink_to(shutil.which("openssl"))
        self.shell = [shutil.which(shell[0]), *shell[1:]]

    def verify(self, keys, csv, *more, **environment):
        """The finished process of verify-export.sh."""
        done = subprocess.run([*self.shell, str(SCRIPT), str(keys), str(csv), *map(str, more)], capture_output=True,
                              timeout=crm.TIMEOUT_S, check=False, env={"PATH": str(self.folder), **environment})
        done.stdout, done.stderr = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        return done

    def close(self):
        shutil.rmtree(self.folder)


def shells():
    """Debian's sh, bash as a POSIX shell, and BusyBox with its own utilities."""
    return [Shell("dash", ["dash"]), Shell("bash", ["bash", "--posix"]),
            Shell("busybox", ["busybox", "sh"], shutil.which("busybox"))]
