"""Everyone who can check an export: crm-host verify, verify-export.sh in several shells, jose and PyJWT.

CRM_BUILD_DIR         a finished build; the script lies beside the plugin
CRM_EXPORT_REQUESTS   tests/e2e/export_requests.cpp
CRM_NODE_MODULES      where jose is installed; for JOSE only
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import crm

PLUGINS = Path(os.environ.get("CRM_BUILD_DIR", crm.ROOT / "build/dev")) / "plugins"
SCRIPT = PLUGINS / "verify-export.sh"
INTEROP = crm.ROOT / "tests/e2e/interop"
# What the script may use of a POSIX system, beside openssl.
UTILITIES = ("sh", "awk", "cat", "fold", "mkdir", "od", "rm", "sed", "tail", "tr", "wc")


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


class Library:
    """Another implementation of JOSE, in a process of its own."""

    def __init__(self, name, command):
        self.name, self.command = name, command

    def call(self, call, **given):
        done = subprocess.run(self.command, input=json.dumps({"call": call, **given}), capture_output=True, text=True,
                              timeout=crm.TIMEOUT_S, check=False)
        if done.returncode != 0:
            raise Refused(f"{self.name}: {done.stderr[-2000:]}")
        return json.loads(done.stdout)


class Refused(AssertionError):
    """A library did not accept what it was given."""


JOSE = Library("jose", ["node", str(INTEROP / "jose.mjs")])
PYJWT = Library("PyJWT", ["/usr/bin/python3", str(INTEROP / "pyjwt.py")])  # Debian's, where the package is


def export_requests(*args, check=True):
    done = subprocess.run([os.environ["CRM_EXPORT_REQUESTS"], *map(str, args)], capture_output=True, text=True,
                          timeout=crm.TIMEOUT_S, check=False)
    if check and done.returncode != 0:
        raise crm.HostFailed(done.stderr)
    return done


def issue(host, tenant, message_id):
    """A token of the host's for the export of a message."""
    return export_requests("issue", host.data, PLUGINS, tenant, message_id).stdout


def present(host, tenant, csv, token, check=True):
    """Gives the plugin a token; the finished process."""
    return export_requests("present", host.data, PLUGINS, tenant, csv, token, check=check)


def host_jwks(host):
    return json.loads(crm.run("jwks", "--data", host.data, "--host").stdout)
