#!/usr/bin/env bash
# Diverts the connections to port 25 that this host opens, or forwards, to the sink, and takes the diversion away again.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@" # for whoever says: sh redirect.sh
set -euo pipefail

readonly CHAIN=SMARTSINK # iptables: the chain of our own in table nat
readonly TABLE=smartsink # nftables: the table of our own
readonly TOOLS=(nft iptables iptables-legacy) # nft first: its table goes whole, where iptables leaves the kernel's own chains behind, empty

usage() {
  cat <<'TEXT'
usage: redirect.sh up [options]      divert
       redirect.sh down [options]    take the diversion away, and nothing else
       redirect.sh status [options]  say what is diverted, and how often it was; exit code 1 when nothing is

Every connection that a program on this host opens to port 25 of another host ends at the sink. Connections to the host's own
addresses are left alone. IPv4 and IPv6 both.

  --to PORT|ADDRESS:PORT  the sink: a port of this host (2525 unless told), or an address, once for IPv4, once for IPv6 ([...]:PORT)
  --exclude NETWORK       leave a network alone, 192.0.2.0/24 or 2001:db8::/32; may be given again
  --uid USER              divert only what this user's programs open (name or number): --uid postfix
  --sink-uid USER         leave alone what this user's programs open, should the sink itself open connections
  --gateway INTERFACE     divert what arrives through the interface to be forwarded, in place of what this host opens
  --port PORT             the port to divert in place of 25
  -4, -6                  one family alone
  --tool TOOL             nft, iptables or iptables-legacy; the first that is there unless told
  --dry-run               explain each command and run none
TEXT
}

fail() { # fail EXIT-CODE MESSAGE
  echo "redirect.sh: $2" >&2
  exit "$1"
}

misuse() { fail 2 "$1 (redirect.sh --help lists the options)"; }

# --- what was asked for

is_number() { [[ $1 =~ ^(0|[1-9][0-9]{0,8})$ ]]; } # 025 would be 21 to the kernel's tools

is_port() { is_number "$1" && (($1 >= 1 && $1 <= 65535)); }

is_ipv4() {
  [[ $1 =~ ^([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$ ]] || return 1
  local octet
  for octet in "${BASH_REMATCH[@]:1}"; do is_number "$octet" && ((octet <= 255)) || return 1; done
}

is_ipv6() { [[ $1 == *:*:* && $1 =~ ^[0-9A-Fa-f:.]+$ ]]; }

family_of_network() { # 4 or 6, or nothing for what is no network
  local address=${1%/*} length
  if is_ipv4 "$address"; then length=32; else length=128; fi
  if [[ $1 == */* ]]; then is_number "${1##*/}" && ((${1##*/} <= length)) || return 0; fi
  if is_ipv4 "$address"; then echo 4; elif is_ipv6 "$address"; then echo 6; fi
}

user_number() {
  if is_number "$1"; then echo "$1"; else id -u -- "$1" 2>/dev/null || misuse "there is no user $1"; fi
}

set_target() {
  local address=${1%:*} port=${1##*:}
  is_port "$port" || misuse "--to $1: a port is a number from 1 to 65535"
  if [[ $1 != *:* ]]; then
    local_port=$1
  elif is_ipv4 "$address"; then
    target4=$1
  elif [[ $address == \[*\] ]] && is_ipv6 "${address:1:-1}"; then
    target6=$1
  else
    misuse "--to $1: an address is 192.0.2.1:2525 or [2001:db8::1]:2525"
  fi
}

parse() {
  action='' local_port='' target4='' target6='' excludes=() uid='' sink_uid='' gateway='' port=25 tool='' dry_run=false families=(4 6)
  local one_family=''
  while (($#)); do
    case $1 in
      up | down | status)
        [[ -z $action ]] || misuse "$action and $1 at once"
        action=$1
        ;;
      -4 | -6)
        [[ -z $one_family || $one_family == "${1#-}" ]] || misuse "-4 and -6 at once: leave both out"
        one_family=${1#-}
        families=("$one_family")
        ;;
      --dry-run) dry_run=true ;;
      -h | --help)
        usage
        exit 0
        ;;
      --to | --exclude | --uid | --sink-uid | --gateway | --port | --tool)
        if (($# < 2)) || [[ -z $2 ]]; then misuse "$1 needs a value"; fi
        case $1 in
          --to) set_target "$2" ;;
          --exclude)
            [[ -n $(family_of_network "$2") ]] || misuse "--exclude $2: that is no network"
            excludes+=("$2")
            ;;
          --uid) uid=$(user_number "$2") ;;
          --sink-uid) sink_uid=$(user_number "$2") ;;
          --gateway)
            [[ $2 =~ ^[A-Za-z0-9_.:@-]{1,15}$ ]] || misuse "--gateway $2: that is no interface's name"
            gateway=$2
            ;;
          --port)
            is_port "$2" || misuse "--port $2: a port is a number from 1 to 65535"
            port=$2
            ;;
          --tool)
            [[ " ${TOOLS[*]} " == *" $2 "* ]] || misuse "--tool $2: it is one of ${TOOLS[*]}"
            tool=$2
            ;;
        esac
        shift
        ;;
      *) misuse "unknown option $1" ;;
    esac
    shift
  done
  [[ -n $action ]] || misuse "up, down or status?"
  [[ -z $gateway || -z $uid$sink_uid ]] || misuse "--gateway and a user at once: a forwarded connection has none here"
  [[ -z $local_port || -z $target4$target6 ]] || misuse "--to names both a port of this host and an address"
  [[ -z $gateway || ($target4 != 127.* && $target6 != '[::1]:'*) ]] ||
    misuse "--gateway and a loopback address at once: the kernel drops what is forwarded there; give --to the port alone"
  settle_targets
}

settle_targets() {
  if [[ -n $target4$target6 ]]; then
    local given=() family
    for family in "${families[@]}"; do
      if [[ -n $(target_of "$family") ]]; then given+=("$family"); fi
    done
    ((${#given[@]})) || misuse "--to names no address of that family"
    families=("${given[@]}")
    return
  fi
  local_port=${local_port:-2525}
  target4="127.0.0.1:$local_port"
  target6="[::1]:$local_port"
}

target_of() { if [[ $1 == 4 ]]; then echo "$target4"; else echo "$target6"; fi; }

excludes_of() { # those of a family, one a line
  local network
  for network in "${excludes[@]}"; do
    if [[ $(family_of_network "$network") == "$1" ]]; then echo "$network"; fi
  done
}

# --- running and explaining

undo_steps=() # the inverse of each step done, newest last, as lines for eval
is_stopped=false

quoted() { # the words as a shell would read them back
  local word line=''
  for word in "$@"; do
    case $word in
      '' | *[!A-Za-z0-9_./:,=@%+-]*) line+=" '$word'" ;;
      *) line+=" $word" ;;
    esac
  done
  echo "${line:1}"
}

step() { # step SENTENCE INVERSE COMMAND...: INVERSE is a quoted line, or nothing
  local sentence=$1 inverse=$2 error
  shift 2
  if $dry_run; then
    printf '# %s\n%s\n' "$sentence" "$(quoted "$@")"
    return
  fi
  if ! error=$("$@" 2>&1); then
    undo
    fail 1 "failed, and nothing is left behind: $(quoted "$@"): $error"
  fi
  if [[ -n $inverse ]]; then undo_steps+=("$inverse"); fi
  if $is_stopped; then
    undo
    fail 1 "stopped, and nothing is left behind"
  fi
}

undo() {
  local index
  for ((index = ${#undo_steps[@]} - 1; index >= 0; index--)); do
    eval "${undo_steps[index]}" || echo "redirect.sh: could not be taken back: ${undo_steps[index]}" >&2
  done
  undo_steps=()
}

# --- iptables, its older form included

iptables_of() { # iptables_of TOOL FAMILY: the program's name
  if [[ $2 == 4 ]]; then echo "$1"; else echo "${1/ip/ip6}"; fi
}

iptables_is_up() { # iptables_is_up TOOL FAMILY
  local program
  program=$(iptables_of "$1" "$2")
  command -v "$program" >/dev/null || return 1
  # To look at a table that is not there the older form would make it.
  if [[ $("$program" --version) != *nf_tables* ]] && ! grep -qsx nat "/proc/net/ip${2/4/}_tables_names"; then return 1; fi
  "$program" -w -t nat -S "$CHAIN" >/dev/null 2>&1
}

iptables_up() { # iptables_up TOOL FAMILY
  local program target address network jump
  program=$(iptables_of "$1" "$2")
  command -v "$program" >/dev/null || { undo; fail 1 "there is no $program on this host; -4 or -6 does without one of the two"; }
  target=$(target_of "$2")
  address=${target%:*}
  address=${address//[\[\]]/}
  local rule=("$program" -w -t nat -A "$CHAIN")
  step "Makes a chain of the redirect's own for IPv$2, so that taking it away touches nothing else." \
    "$(quoted "$program" -w -t nat -F "$CHAIN") && $(quoted "$program" -w -t nat -X "$CHAIN")" \
    "$program" -w -t nat -N "$CHAIN"
  step "Leaves connections to this host's own addresses alone: mail that is handed to the MTA itself." '' \
    "${rule[@]}" -m addrtype --dst-type LOCAL -j RETURN
  if [[ -z $local_port ]]; then
    step "Leaves connections to the sink itself alone." '' "${rule[@]}" -d "$address" -j RETURN
  fi
  while read -r network; do
    step "Leaves connections to $network alone." '' "${rule[@]}" -d "$network" -j RETURN
  done < <(excludes_of "$2")
  if [[ -n $sink_uid ]]; then
    step "Leaves connections alone that user $sink_uid opens: the sink's own." '' "${rule[@]}" -m owner --uid-owner "$sink_uid" -j RETURN
  fi
  if [[ -n $uid ]]; then
    step "Leaves connections alone that anybody but user $uid opens." '' "${rule[@]}" -m owner '!' --uid-owner "$uid" -j RETURN
  fi
  if [[ -n $gateway && -n $local_port ]]; then
    step "Turns every other connection round to port $local_port of this host." '' "${rule[@]}" -p tcp -j REDIRECT --to-ports "$local_port"
  else
    step "Turns every other connection round to $target." '' "${rule[@]}" -p tcp -j DNAT --to-destination "$target"
  fi
  jump=(OUTPUT)
  if [[ -n $gateway ]]; then jump=(PREROUTING -i "$gateway"); fi
  step "Begins: sends each new IPv$2 connection to port $port through the chain." \
    "$(quoted "$program" -w -t nat -D "${jump[@]}" -p tcp --dport "$port" -j "$CHAIN")" \
    "$program" -w -t nat -I "${jump[@]}" -p tcp --dport "$port" -j "$CHAIN"
}

iptables_down() { # iptables_down TOOL FAMILY
  local program jump
  program=$(iptables_of "$1" "$2")
  while read -r -a jump; do
    step "Ends: new IPv$2 connections go where they are meant to go." '' "$program" -w -t nat -D "${jump[@]:1}"
  done < <("$program" -w -t nat -S | grep -e "^-A .* -j $CHAIN\$")
  step "Empties the chain." '' "$program" -w -t nat -F "$CHAIN"
  step "Removes the chain." '' "$program" -w -t nat -X "$CHAIN"
}

iptables_status() { # iptables_status TOOL FAMILY
  local program
  program=$(iptables_of "$1" "$2")
  echo "IPv$2, by $program:"
  looked_at "$("$program" -w -t nat -S | sed -n "s/^-A \(.*\) -j $CHAIN\$/\1/p")"
  "$program" -w -t nat -v -S "$CHAIN" | sed -nE \
    -e "s/^-A $CHAIN (.*) -c ([0-9]+) [0-9]+ -j RETURN\$/\2 left alone: \1/p" \
    -e "s/^-A $CHAIN .*-c ([0-9]+) [0-9]+ -j (DNAT|REDIRECT) --to-[a-z]+ (.*)\$/\1 diverted to \3/p" |
    sed -E 's/ diverted to ([0-9]+)$/ diverted to port \1 of this host/' |
    while read -r count what; do printf '%9d %s\n' "$count" "$what"; done
}

# --- nftables

nft_is_up() { command -v nft >/dev/null && nft list table inet "$TABLE" >/dev/null 2>&1; }

nft_up() {
  local family word target network hook=output match=()
  local rule=(nft add rule inet "$TABLE" divert)
  step "Makes a table of the redirect's own, so that taking it away touches nothing else." "nft delete table inet $TABLE" \
    nft add table inet "$TABLE"
  step "Makes the chain that decides." '' nft add chain inet "$TABLE" divert
  step "Leaves connections to this host's own addresses alone: mail that is handed to the MTA itself." '' \
    "${rule[@]}" fib daddr type local counter return
  for family in "${families[@]}"; do
    word=ip${family/4/}
    target=$(target_of "$family")
    target=${target%:*}
    if [[ -z $local_port ]]; then
      step "Leaves connections to the sink itself alone." '' "${rule[@]}" "$word" daddr "${target//[\[\]]/}" counter return
    fi
    while read -r network; do
      step "Leaves connections to $network alone." '' "${rule[@]}" "$word" daddr "$network" counter return
    done < <(excludes_of "$family")
  done
  if [[ -n $sink_uid ]]; then
    step "Leaves connections alone that user $sink_uid opens: the sink's own." '' "${rule[@]}" meta skuid "$sink_uid" counter return
  fi
  if [[ -n $uid ]]; then
    step "Leaves connections alone that anybody but user $uid opens." '' "${rule[@]}" meta skuid '!=' "$uid" counter return
  fi
  for family in "${families[@]}"; do
    target=$(target_of "$family")
    rule=(nft add rule inet "$TABLE" divert meta nfproto "ipv$family" meta l4proto tcp counter)
    if [[ -n $gateway && -n $local_port ]]; then
      step "Turns every other IPv$family connection round to port $local_port of this host." '' "${rule[@]}" redirect to ":$local_port"
    else
      step "Turns every other IPv$family connection round to $target." '' "${rule[@]}" dnat "ip${family/4/}" to "$target"
    fi
  done
  if [[ -n $gateway ]]; then
    hook=prerouting
    match=(iifname "$gateway")
  fi
  # Just before the usual place of NAT, so that no other table has the first word.
  step "Makes the chain that the kernel asks about each new connection." '' \
    nft add chain inet "$TABLE" "$hook" "{ type nat hook $hook priority -101; }"
  step "Begins: sends each new connection to port $port through the chain that decides." '' \
    nft add rule inet "$TABLE" "$hook" "${match[@]}" tcp dport "$port" jump divert
}

nft_down() { step "Ends: removes the table with all that is in it." '' nft delete table inet "$TABLE"; }

nft_status() {
  local listed diverted
  listed=$(nft list table inet "$TABLE")
  diverted=$(sed -n 's/.* nfproto ipv\([46]\) .*/IPv\1/p' <<<"$listed")
  diverted=${diverted//$'\n'/ and }
  echo "${diverted:-nothing}, by nft:"
  looked_at "$(sed -n 's/^\t*\(.*\) jump divert$/\1/p' <<<"$listed")"
  sed -nE \
    -e 's/^\t*(.*) counter packets ([0-9]+) bytes [0-9]+ return$/\2 left alone: \1/p' \
    -e 's/^\t*.* counter packets ([0-9]+) bytes [0-9]+ dnat ip6? to (.*)$/\1 diverted to \2/p' \
    -e 's/^\t*meta nfproto ipv([46]) .* counter packets ([0-9]+) bytes [0-9]+ redirect to :(.*)$/\2 diverted to port \3 of this host, IPv\1/p' <<<"$listed" |
    while read -r count what; do printf '%9d %s\n' "$count" "$what"; done
}

# --- the three actions

active() { # what is in force, as lines TOOL FAMILY
  local each family
  for each in "${TOOLS[@]}"; do
    if [[ -n $tool && $tool != "$each" ]]; then continue; fi
    if [[ $each == nft ]]; then
      if nft_is_up; then echo "nft -"; fi
      continue
    fi
    if [[ $each == iptables-legacy && $(iptables --version 2>/dev/null) == *legacy* ]]; then continue; fi # the same under another name
    for family in 4 6; do
      if iptables_is_up "$each" "$family"; then echo "$each $family"; fi
    done
  done
}

choose_tool() {
  if [[ -n $tool ]]; then
    $dry_run || command -v "$tool" >/dev/null || fail 2 "there is no $tool on this host"
    return
  fi
  for tool in "${TOOLS[@]}"; do
    if command -v "$tool" >/dev/null; then return; fi
  done
  fail 2 "there is neither iptables nor nft on this host"
}

up() {
  local wanted=$tool family
  [[ -z $gateway || -e /sys/class/net/$gateway ]] || $dry_run || fail 2 "there is no interface $gateway on this host"
  if ((EUID == 0)); then
    tool=
    [[ -z $(active) ]] || fail 1 "the diversion is in force already; take it away first: redirect.sh down"
    tool=$wanted
  fi
  choose_tool
  if ((${#families[@]} == 1)); then
    echo "redirect.sh: careful: IPv$((10 - families[0])) connections to port $port are not diverted" >&2
  fi
  trap 'is_stopped=true' HUP INT TERM # a step is done or not done, and then taken back
  if [[ $tool == nft ]]; then
    nft_up
  else
    for family in "${families[@]}"; do iptables_up "$tool" "$family"; done
  fi
  $dry_run || echo "diverted by $tool; redirect.sh status counts, redirect.sh down ends it"
}

down() {
  local found each family
  found=$(active)
  if [[ -z $found ]]; then
    echo "nothing is diverted"
    return
  fi
  while read -r each family; do
    if [[ $each == nft ]]; then nft_down; else iptables_down "$each" "$family"; fi
  done <<<"$found"
  $dry_run || echo "the diversion is taken away"
}

looked_at() { # looked_at MATCHES: what the kernel sends through the redirect's chain, a line each
  if [[ -n $1 ]]; then
    echo "  what is looked at: $1"
  else
    echo "  nothing is looked at: an up or down was cut off here, and redirect.sh down clears it away"
    is_whole=false
  fi
}

status() {
  local found each family is_whole=true
  found=$(active)
  if [[ -z $found ]]; then
    echo "nothing is diverted"
    exit 1
  fi
  while read -r each family; do
    if [[ $each == nft ]]; then nft_status; else iptables_status "$each" "$family"; fi
  done <<<"$found"
  for family in 4 6; do
    if [[ $found == "${found%% *} $((10 - family))" ]]; then echo "IPv$family: nothing is diverted"; fi
  done
  $is_whole
}

PATH=$PATH:/usr/sbin:/sbin
parse "$@"
if ((EUID != 0)) && ! { $dry_run && [[ $action == up ]]; }; then fail 2 "only root may look at the kernel's rules or change them"; fi
"$action"
