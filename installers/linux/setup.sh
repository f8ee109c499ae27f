# Sets up what ./run and ./test need. Sourced by both; not run by itself.
#
#   set_up run     what the program needs
#   set_up test    what the tests need besides
#
# Installs the Debian packages of packages.txt that are missing, then the Python packages pinned in
# constraints.txt into .venv. A stamp makes the next call quick. MEDAI_TORCH=cuda fetches the build
# of PyTorch for NVIDIA cards (about 3 GB) in place of the one for processors.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
VENV="$ROOT/.venv"
PACKAGES="$ROOT/installers/linux/packages.txt"
TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
PYTHON_DOWNLOAD="about 650 MB, 2.2 GB on disk"

say() { printf 'medai: %s\n' "$*" >&2; }

stop() {
  printf 'medai: %s\n' "$*" >&2
  exit 1
}

# The lines of one section of the package list, without comments.
listed() {
  awk -v want="[$1]" '/^\[/ { on = ($1 == want); next } on && !/^#/ && NF { print $1 }' "$PACKAGES"
}

installed() {
  dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

# Those of a section of which no spelling is installed.
missing() {
  local entry name found
  while read -r entry; do
    found=
    for name in ${entry//|/ }; do
      if installed "$name"; then found=1; fi
    done
    [ -n "$found" ] || printf '%s\n' "$entry"
  done < <(listed "$1")
}

# The spelling of each entry that this system's archive knows.
spelled() {
  local entry name
  for entry in "$@"; do
    for name in ${entry//|/ }; do
      if apt-cache show --no-all-versions "$name" >/dev/null 2>&1; then
        printf '%s\n' "$name"
        break
      fi
    done
  done
}

# Runs a command with the rights to install; fails where there is no way to have them.
privileged() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    return 126
  fi
}

by_hand() {
  local entry names=()
  for entry in "$@"; do names+=("${entry%%|*}"); done
  printf 'apt-get install --no-install-recommends %s' "${names[*]}"
}

find_python() {
  local candidate
  for candidate in "${MEDAI_PYTHON:-}" python3.11 python3 python3.12 python3.13; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
    then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

# Debian packages; $1 is run or test.
set_up_system() {
  local needed=() optional=() names=() rc=0 size
  if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    say "this system has no apt-get: install the libraries of installers/linux/packages.txt with its own tool if something is missing."
    return 0
  fi
  mapfile -t needed < <(missing run)
  if [ "$1" = test ]; then
    mapfile -t -O "${#needed[@]}" needed < <(missing test)
    mapfile -t optional < <(missing test-optional)
  fi
  local python
  if ! python=$(find_python); then
    needed+=(python3 python3-venv)
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    needed+=(python3-venv)
  fi
  [ $(( ${#needed[@]} + ${#optional[@]} )) -gt 0 ] || return 0

  say "Debian packages missing: ${needed[*]} ${optional[*]}"
  privileged true || rc=$?
  if [ "$rc" != 0 ]; then
    if [ ${#needed[@]} -gt 0 ]; then
      stop "they cannot be installed without the rights of root. Ask whoever has them to run: $(by_hand "${needed[@]}")"
    fi
    say "going on without ${optional[*]}: the tests that need it will skip."
    return 0
  fi
  say "reading the list of packages (apt-get update)."
  privileged apt-get -q update >>"$LOG" 2>&1 || true
  mapfile -t names < <(spelled "${needed[@]}")
  if [ ${#names[@]} -lt ${#needed[@]} ]; then
    stop "the package archive cannot be reached or has not all of: ${needed[*]}. See $LOG; later try: $(by_hand "${needed[@]}")"
  fi
  if [ ${#optional[@]} -gt 0 ]; then
    local extra=()
    mapfile -t extra < <(spelled "${optional[@]}")
    names+=("${extra[@]}")
    [ ${#extra[@]} = ${#optional[@]} ] || say "not in the archive: ${optional[*]}; the tests that need it will skip."
  fi
  [ ${#names[@]} -gt 0 ] || return 0
  size=$(apt-get -qq --print-uris --no-install-recommends -y install "${names[@]}" 2>/dev/null |
    awk '{ bytes += $3 } END { printf "%d", bytes / 1e6 + 1 }')
  say "installing ${names[*]} and what they need: $size MB to download."
  privileged apt-get -q -y --no-install-recommends install "${names[@]}" >>"$LOG" 2>&1 ||
    stop "the packages could not be installed: $(tail -n 1 "$LOG") See $LOG; by hand: $(by_hand "${names[@]}")"
}

# The constraints come by the environment, which takes the place of those that a configuration of
# pip may name: a file of theirs that is not there would end every install. Relative, because pip
# splits the value at blanks.
pip_install() {
  (
    cd "$ROOT"
    PIP_CONSTRAINT=constraints.txt "$VENV/bin/python" -m pip --disable-pip-version-check \
      --no-input install --progress-bar off --only-binary :all: "$@" >>"$LOG" 2>&1
  )
}

installed_version() {
  "$VENV/bin/python" -c 'import importlib.metadata as m, sys; print(m.version(sys.argv[1]))' "$1" 2>/dev/null || true
}

# The build for processors: the plain one of the public index brings gigabytes of CUDA.
set_up_torch() {
  local wanted have
  wanted=$(sed -n 's/^torch==//p' "$ROOT/constraints.txt")
  have=$(installed_version torch)
  if [ "${have%%+*}" = "$wanted" ]; then return 0; fi
  if [ "${MEDAI_TORCH:-cpu}" = cuda ] || [ "$(uname -s)" != Linux ]; then
    pip_install "torch==$wanted" && return 0
  else
    if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then
      say "an NVIDIA card is here: MEDAI_TORCH=cuda fetches the build that uses it (about 3 GB); taking the one for processors."
    fi
    pip_install --no-deps "torch==$wanted+cpu" && return 0
    say "the configured package index has no build of PyTorch for processors; taking it from $TORCH_CPU_INDEX."
    pip_install --no-deps --index-url "$TORCH_CPU_INDEX" "torch==$wanted+cpu" && return 0
  fi
  stop "PyTorch $wanted could not be fetched: $(last_error) Is there a network? See $LOG."
}

last_error() { grep -E '^(ERROR|error)' "$LOG" | tail -n 1; }

set_up_python() {
  local python
  python=$(find_python) ||
    stop "Python 3.11, 3.12 or 3.13 is needed and is not here. Name it with MEDAI_PYTHON=/path/to/python3.11."
  if [ -x "$VENV/bin/python" ] && grep -qF "$VENV/bin" "$VENV/bin/pip" 2>/dev/null &&
    "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    say "completing $VENV."
  else
    # Never through a link: clearing would empty somebody else's environment.
    [ ! -L "$VENV" ] || rm "$VENV"
    say "making $VENV with $("$python" --version)."
    "$python" -m venv --clear "$VENV" >>"$LOG" 2>&1 ||
      stop "the environment could not be made: $(tail -n 1 "$LOG")"
    say "fetching Python packages ($PYTHON_DOWNLOAD); this takes a few minutes."
  fi
  set_up_torch
  pip_install "hatchling" ||
    stop "the Python packages could not be fetched: $(last_error) Is there a network? See $LOG."
  pip_install --no-build-isolation --editable "$ROOT[dev]" ||
    stop "the Python packages could not be fetched: $(last_error) Is there a network? See $LOG."
  "$VENV/bin/python" -c 'import PySide6.QtWidgets, vtkmodules.vtkRenderingOpenGL2' >>"$LOG" 2>&1 ||
    stop "Qt or VTK cannot be loaded: $(tail -n 1 "$LOG")"
}

set_up() {
  local stamp="$VENV/.ready-$1" wanted
  wanted=$(cat "$ROOT/pyproject.toml" "$ROOT/constraints.txt" "$PACKAGES" "${BASH_SOURCE[0]}" |
    { cat; printf '%s %s' "$ROOT" "${MEDAI_TORCH:-cpu}"; } | sha256sum)
  if [ -x "$VENV/bin/medai" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  if [ -L "$VENV" ]; then
    # Setting up here would clear what belongs to another checkout.
    stop "$VENV is a link to $(readlink -f "$VENV"), an environment of another checkout. Use it as it is (.venv/bin/medai, .venv/bin/python), or remove the link to have one of its own."
  fi
  LOG=$(mktemp "${TMPDIR:-/tmp}/medai-setup-XXXXXX.log")
  exec 9>"$ROOT/.setup.lock" || stop "$ROOT cannot be written to."
  flock 9
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    set_up_system "$1"
    set_up_python
    printf '%s\n' "$wanted" >"$stamp"
    say "ready."
  fi
  exec 9>&-
  rm -f "$LOG"
}
