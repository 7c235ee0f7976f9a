#!/bin/sh
# notices.sh SBOM...: the licences of everything that the image's programs are made of, from the packages of the lists and of .NET itself.
set -eu
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

field() { sed -n "s/.*<$1[^>]*>\(.*\)<\/$1>.*/\1/p" "$2" | head -n 1; }

notice() { # notice NAME VERSION FOLDER
  spec=$(find "$3" -maxdepth 1 -name '*.nuspec')
  printf '%s\n%s %s\n' "----------------------------------------------------------------------" "$1" "$2"
  printf 'Authors: %s\n%s\n' "$(field authors "$spec")" "$(field copyright "$spec")"
  printf 'Licence: %s\n\n' "$(field license "$spec")"
  find "$3" -maxdepth 1 -type f \( -iname 'license*' -o -iname 'third-party-notices*' -o -iname 'notice*' \) | sort | while read -r file; do
    cat "$file"
    echo
  done
}

echo 'SmartSink contains software of others, under the licences named here. Their texts are at the end.'
sed -n 's/^ *"purl": "pkg:nuget\/\(.*\)@\(.*\)",*$/\1 \2/p' "$@" | sort -u | while read -r name version; do
  notice "$name" "$version" "$packages/$(echo "$name" | tr '[:upper:]' '[:lower:]')/$version"
done
for folder in "$packages"/microsoft.aspnetcore.app.runtime.*/* "$packages"/microsoft.netcore.app.runtime.nativeaot.*/*; do
  [ -d "$folder" ] && notice "$(field id "$(find "$folder" -maxdepth 1 -name '*.nuspec')")" "$(basename "$folder")" "$folder"
done
for licence in "$(dirname "$0")"/licences/*; do
  printf '%s\n%s\n\n' "----------------------------------------------------------------------" "$(basename "$licence" .txt)"
  cat "$licence"
  echo
done
