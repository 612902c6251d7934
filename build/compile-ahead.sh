#!/bin/sh
# compile-ahead.sh CROSSGEN SHARED VERSION FOLDER: compiles each line "input|output" of FOLDER/assemblies that has no output yet, or an older one.
crossgen=$1 shared=$2 version=$3 folder=$4
cd "$(dirname "$0")" || exit
mkdir -p obj/ahead

# Projects are built in parallel, and share most packages.
exec 9>obj/ahead/.lock
flock 9

# Asked once; `godzilla clean` makes it ask again.
if [ ! -e "$crossgen" ] && [ ! -e "obj/ahead/no-$version" ]; then
  timeout 60 dotnet restore crossgen -p:CrossgenVersion="$version" >/dev/null 2>&1
  [ -e "$crossgen" ] || touch "obj/ahead/no-$version"
fi
[ -e "$crossgen" ] || exit 0

while IFS='|' read -r input output; do
  [ "$output" -nt "$input" ] && continue
  mkdir -p "$(dirname "$output")"
  "$crossgen" "$input" --out "$output.new" --targetos:linux --targetarch:x64 -O "@$folder/references" \
    -r:"$shared/Microsoft.NETCore.App/$version/*.dll" -r:"$shared/Microsoft.AspNetCore.App/$version/*.dll" >"$output.log" 2>&1 \
    || cp "$input" "$output.new"
  touch "$output.new" && mv "$output.new" "$output" || exit
done <"$folder/assemblies"
