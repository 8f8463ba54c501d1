"""Which file systems report no edits."""

from __future__ import annotations

import pytest

from exporter.serve.file_systems import reports_nothing

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
24 22 0:30 / /mnt/c rw,noatime shared:5 - 9p C:\\134 rw
25 22 0:31 / /home/me/far rw - fuse.sshfs me@host: rw
26 22 0:32 / /home/me/far/near rw - tmpfs tmpfs rw
27 22 0:33 / /media/my\\040share rw - cifs //nas/share rw
28 22 0:34 / /media/stick rw - fuseblk /dev/sdb1 rw
29 22 0:35 / /workspace rw - virtiofs workspace rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/guide", ""),
        ("/mnt/c/guide", "9p"),
        ("/mnt/cd/guide", ""),
        ("/home/me/far", "fuse.sshfs"),
        ("/home/me/far/near/guide", ""),
        ("/media/my share/guide", "cifs"),
        ("/media/stick/guide", ""),
        ("/workspace", "virtiofs"),
    ],
)
def test_type_of_the_innermost_mount_decides(path: str, kind: str) -> None:
    assert reports_nothing(MOUNTS, path) == kind


def test_nothing_is_silent_where_the_system_says_nothing() -> None:
    assert reports_nothing("", "/home/me") == ""
