package naming

import (
	"cmp"
	"fmt"
	"strings"
)

// ServerFlags are the flags of a kube-apiserver by their names.
type ServerFlags map[string]string

// ParseServerFlags reads a kube-apiserver's command line.
func ParseServerFlags(argv []string) ServerFlags {
	flags := ServerFlags{}
	for i, arg := range argv {
		name, ok := strings.CutPrefix(arg, "--")
		if !ok {
			continue
		}
		name, value, assigned := strings.Cut(name, "=")
		if !assigned && i+1 < len(argv) && (argv[i+1] == "-" || !strings.HasPrefix(argv[i+1], "-")) {
			value = argv[i+1]
		}
		flags[name] = value
	}
	return flags
}

// naming reads the --oidc-* flags; false where there are none.
func (f ServerFlags) naming() (Naming, bool) {
	issuer := f["oidc-issuer-url"]
	if issuer == "" {
		return Naming{}, false
	}
	claim := cmp.Or(f["oidc-username-claim"], "sub")
	// kube-apiserver puts the issuer before names that two issuers might share.
	prefix := f["oidc-username-prefix"]
	switch {
	case prefix == "-":
		prefix = ""
	case prefix == "" && claim != "email":
		prefix = issuer + "#"
	}
	n := Naming{Kind: OIDC, Username: Rule{{Prefix: prefix, Claim: claim}},
		Groups: Groups{Claim: f["oidc-groups-claim"], Prefix: f["oidc-groups-prefix"]},
		Tenant: tenantOf(issuer), Token: Token{Version: versionOf(issuer)}, Server: serverID(f["oidc-client-id"])}
	n.Why = fmt.Sprintf("kube-apiserver names users by %s (its --oidc- flags)", n.Username)
	return n, true
}
