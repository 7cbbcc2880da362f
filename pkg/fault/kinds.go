package fault

import (
	"fmt"
	"strings"
)

// Meaning tells people what an exit code means and what to do.
type Meaning struct {
	Kind            Kind
	Meaning, Remedy string
}

// Meanings lists every exit code, 0 included, in their order. The page
// docs/exit-codes.md and the command explain are made from it.
func Meanings() []Meaning { return meanings }

var meanings = []Meaning{
	{0, "all is well", "Nothing is to be done."},
	{Failure, "a failure, or problems were found", "Read what was printed on standard error; `kubectl aad doctor` tells more."},
	{Usage, "the command line or a file is wrong", "Run the command with --help."},
	{Incomplete, "no problem was found, but not everything could be looked at", "Have the findings marked ? looked at by whoever they name."},
	{Pending, "changes are pending", "Run the command again without --dry-run to make them."},
	{SignIn, "somebody must sign in, and nobody could be asked", "Run a kubectl command in a terminal, such as `kubectl auth whoami`, and sign in when asked."},
	{Policy, "Conditional Access or another policy forbids this sign-in", "Sign in with a browser on a managed device, or ask an administrator of the tenant which policy it is."},
	{Network, "a server could not be reached", "Check network, proxy and firewall: `kubectl aad doctor --check login-host,api-server`."},
	{Throttled, "a service asked to come back later", "Wait some minutes and run the command again."},
	{Config, "an application, its consent or a configuration is wrong", "Look the AADSTS code of the message up with `kubectl aad explain`; `kubectl aad setup` mends what it made."},
	{Store, "the token cache or its key cannot be used", "Look at the folder named in the message: it must belong to you, with mode 0700."},
	{Cancelled, "cancelled, declined, or the code was not typed in time", "Run the command again."},
	{Clock, "this machine's clock is wrong", "Set it: `sudo timedatectl set-ntp true`."},
	{Forbidden, "signed in, but not allowed", "Ask whoever the message names for the right; `kubectl aad doctor` tells what the cluster sees."},
	{NotFound, "what was named does not exist", "Check the spelling; the message lists what comes close."},
	{Ambiguous, "several things have that name", "Use one of the ids that the message lists."},
	{Conflict, "somebody else changed it, or owns it", "Look at it, then run the command again."},
}

// Page is docs/exit-codes.md.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Exit codes

Each kind of failure has one number, the same for every command. client-go shows
users of a credential plugin nothing but this number and what the plugin printed:
` + "`kubectl aad explain NUMBER`" + ` tells what it means. No code is 126 or more, which shells
give a meaning of their own.

| code | meaning | what to do |
|---|---|---|
`)
	for _, m := range meanings {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", m.Kind, m.Meaning, m.Remedy)
	}
	b.WriteString("\nThis page is made from pkg/fault: `AAD_WRITE_DOCS=1 go test ./pkg/fault` writes it anew.\n")
	return b.String()
}
