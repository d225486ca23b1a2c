#!/bin/sh
# Makes a package for Debian and its like of what `make install` puts into a folder:
#
#     deb.sh STAGE VERSION FOLDER     ->  FOLDER/sessiontop_VERSION-1_ARCHITECTURE.deb
#
# DEB_MAINTAINER: who answers for the package, as Name <address>.
set -eu
stage=$1 version=$2-1 folder=$3
maintainer=${DEB_MAINTAINER:-sessiontop <sessiontop@users.noreply.github.com>}
here=$(cd "$(dirname "$0")" && pwd)
command -v dpkg-shlibdeps >/dev/null || { echo "dpkg-shlibdeps is missing: apt-get install dpkg-dev" >&2; exit 1; }
architecture=$(dpkg --print-architecture)
umask 022

doc=$stage/usr/share/doc/sessiontop
mkdir -p "$doc/examples" "$stage/DEBIAN" "$stage/debian" "$folder"
gzip -9nf "$stage/usr/share/man/man1/sessiontop.1"
gzip -9nc "$here/../../../CHANGELOG.md" >"$doc/changelog.gz"
cat >"$doc/changelog.Debian" <<TEXT
sessiontop ($version) unstable; urgency=medium

  * Made from the sources of this version.

 -- $maintainer  $(date -R -u -r "$here/../../../CHANGELOG.md")
TEXT
gzip -9nf "$doc/changelog.Debian"
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo "Upstream-Name: sessiontop"
  echo
  echo "Files: *"
  echo "Copyright: $(sed -n 's/^Copyright (c) //p' "$here/../../../LICENSE")"
  echo "License: MIT"
  sed -n '/^Permission/,$p' "$here/../../../LICENSE" | sed 's/^$/./; s/^/ /'
} >"$doc/copyright"
"$stage/usr/bin/sessiontop" settings --default >"$doc/examples/sessiontop.yaml"
# Where every Debian of today looks for units and completions.
mv "$stage/usr/share/zsh/site-functions" "$stage/usr/share/zsh/vendor-completions"
sed -i '1{/^#!/d}' "$stage/usr/share/bash-completion/completions/sessiontop"
mkdir -p "$stage/lib/systemd/system"
mv "$stage/usr/lib/systemd/system/sessiontop.service" "$stage/lib/systemd/system/"
rmdir -p "$stage/usr/lib/systemd/system" 2>/dev/null || true

# The libraries that it is bound to, as the packages that hold them say.
printf 'Source: sessiontop\n\nPackage: sessiontop\nArchitecture: any\n' >"$stage/debian/control"
depends=$(cd "$stage" && dpkg-shlibdeps -O usr/bin/sessiontop 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -r "$stage/debian"
# Relocations in their short form need a C library that dpkg-shlibdeps does not ask for.
if readelf -dW "$stage/usr/bin/sessiontop" | grep -q '(RELR)'; then
  depends=$(echo "$depends" | sed 's/libc6 (>= 2\.\([0-9]\|[12][0-9]\|3[0-5]\))/libc6 (>= 2.36)/')
fi

cat >"$stage/DEBIAN/control" <<TEXT
Package: sessiontop
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$stage" | cut -f1)
Depends: $depends, ca-certificates
Suggests: openssh-client, prometheus
Section: net
Priority: optional
Description: Watch the sessions of MCP servers
 A terminal dashboard and a session engine for servers of the Model Context
 Protocol: which sessions live, which died, why, and when the next attempt
 comes. It probes one server step by step, runs as a service that any number
 of dashboards attach to, and speaks to scripts, Prometheus and monitoring
 systems.
TEXT

cat >"$stage/DEBIAN/postinst" <<'TEXT'
#!/bin/sh
set -e
# It was masked when it was removed and not purged.
if [ "$1" = configure ] && command -v deb-systemd-helper >/dev/null; then
  deb-systemd-helper unmask sessiontop.service >/dev/null || true
fi
# Who switched the service on goes on with the new program.
if [ "$1" = configure ] && [ -n "$2" ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke try-restart sessiontop.service >/dev/null || true
fi
TEXT
cat >"$stage/DEBIAN/prerm" <<'TEXT'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop sessiontop.service >/dev/null || true
fi
TEXT
cat >"$stage/DEBIAN/postrm" <<'TEXT'
#!/bin/sh
set -e
if [ "$1" = remove ] && command -v deb-systemd-helper >/dev/null; then
  deb-systemd-helper mask sessiontop.service >/dev/null || true
fi
if [ "$1" = purge ]; then
  if command -v deb-systemd-helper >/dev/null; then
    deb-systemd-helper purge sessiontop.service >/dev/null || true
    deb-systemd-helper unmask sessiontop.service >/dev/null || true
  fi
  # Laid by `systemctl enable`, of which the helper does not know.
  rm -f /etc/systemd/system/multi-user.target.wants/sessiontop.service
  # Event log, journal and sign-ins of the service; what people wrote into /etc/sessiontop is theirs.
  rm -rf /var/lib/private/sessiontop /var/lib/sessiontop
  rmdir /etc/sessiontop 2>/dev/null || true
fi
TEXT
chmod 755 "$stage/DEBIAN/postinst" "$stage/DEBIAN/prerm" "$stage/DEBIAN/postrm"
dpkg-deb --root-owner-group --build "$stage" "$folder/sessiontop_${version}_$architecture.deb"
