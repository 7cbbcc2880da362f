package explain

import "github.com/kubectl-aad/kubectl-aad/pkg/fault"

// exitCodes tells every kind of failure. Their numbers are a contract
// (pkg/fault).
var exitCodes = []struct {
	kind            fault.Kind
	meaning, remedy string
}{
	{0, "all is well", "Nothing is to be done."},
	{fault.Failure, "a failure, or problems were found", "Read what was printed on standard error; `kubectl aad doctor` tells more."},
	{fault.Usage, "the command line or a file is wrong", "Run the command with --help."},
	{fault.Incomplete, "no problem was found, but not everything could be looked at", "Have the findings marked ? looked at by whoever they name."},
	{fault.Pending, "changes are pending", "Run the command again without --dry-run to make them."},
	{fault.SignIn, "somebody must sign in, and nobody could be asked", "Run a kubectl command in a terminal, such as `kubectl auth whoami`, and sign in when asked."},
	{fault.Policy, "Conditional Access or another policy forbids this sign-in", "Sign in with a browser on a managed device, or ask an administrator of the tenant which policy it is."},
	{fault.Network, "a server could not be reached", "Check network, proxy and firewall: `kubectl aad doctor --check login-host,api-server`."},
	{fault.Throttled, "a service asked to come back later", "Wait some minutes and run the command again."},
	{fault.Config, "an application, its consent or a configuration is wrong", "Look the AADSTS code of the message up with `kubectl aad explain`; `kubectl aad setup` mends what it made."},
	{fault.Store, "the token cache or its key cannot be used", "Look at the folder named in the message: it must belong to you, with mode 0700."},
	{fault.Cancelled, "cancelled, declined, or the code was not typed in time", "Run the command again."},
	{fault.Clock, "this machine's clock is wrong", "Set it: `sudo timedatectl set-ntp true`."},
	{fault.Forbidden, "signed in, but not allowed", "Ask whoever the message names for the right; `kubectl aad doctor` tells what the cluster sees."},
	{fault.NotFound, "what was named does not exist", "Check the spelling; the message lists what comes close."},
	{fault.Ambiguous, "several things have that name", "Use one of the ids that the message lists."},
	{fault.Conflict, "somebody else changed it, or owns it", "Look at it, then run the command again."},
}
