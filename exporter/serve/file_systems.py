"""File systems that report no edits made elsewhere, by what Linux says of its mounts. Pure."""

from __future__ import annotations

import re

_SILENT = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2"}
    | {"prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"}
)
_FUSE_TELLS = frozenset({"fuse.portal", "fuseblk"})
_OCTAL = re.compile(r"\\([0-7]{3})")


def reports_nothing(mounts: str, path: str) -> str:
    """Return the type of the file system that a path is on if it reports no edits, "" if it does.

    `mounts` is the text of Linux's `mountinfo`, `path` absolute and free of links.
    """
    kind, length = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        if len(fields) < 5 or not kinds:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4]).rstrip("/")
        if (path == point or path.startswith(f"{point}/")) and len(point) >= length:
            kind, length = kinds[0], len(point)
    is_silent = kind in _SILENT or (kind.startswith("fuse.") and kind not in _FUSE_TELLS)
    return kind if is_silent else ""
