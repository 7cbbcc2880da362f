package checks

import (
	"context"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func checkToken(ctx context.Context, c *Case) []doctor.Finding {
	if x := c.Entry.Exec; x == nil {
		return doctor.Found(doctor.Skipped, "the context does not sign in with Entra ID").List()
	}
	claims, err := c.claims(ctx)
	if err == nil {
		f := doctor.Found(doctor.OK, "%s, signed in on this machine", describe(claims))
		if claims.UPN == "" && !claims.IsApp() {
			f.Evidence += "; the token has no upn"
			if claims.IDP != "" {
				f.Evidence += " (home: " + claims.IDP + ")"
			}
			f = f.Because("So the cluster knows this person by the object id %s, and by no other name.", claims.Object)
		}
		return f.List()
	}
	f := doctor.Found(doctor.Error, "%v", err).Because("Without a token every request is refused.")
	for _, n := range entra.AADSTSIn(err.Error()) {
		if code, ok := entra.AADSTS(n); ok {
			return f.Because("%s %s", code.Meaning, code.Remedy).By(code.Who).Fix(c.kubectl("auth", "whoami")).List()
		}
	}
	switch fault.KindOf(err) {
	case fault.SignIn:
		f.Evidence = "nobody is signed in on this machine for this context"
		f = f.Because("doctor never asks; kubectl does, with the next command.")
		return f.Fix(c.kubectl("auth", "whoami")).List()
	case fault.Incomplete, fault.Network, fault.Throttled:
		f.Status = doctor.Unknown
		return f.Because("").Fix(c.kubectl("auth", "whoami")).List()
	}
	return f.Fix(fault.Hints(err)...).List()
}

// describe names a token's bearer as people know them.
func describe(c entra.Claims) string {
	for _, s := range []string{c.UPN, c.UniqueName, c.PreferredName, c.Name} {
		if s != "" {
			return s
		}
	}
	if c.IsApp() {
		return "application " + string(c.Client())
	}
	return string(c.Object)
}

func checkTokenTime(ctx context.Context, c *Case) []doctor.Finding {
	claims, err := c.claims(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "%v", err).List()
	}
	now, end := c.Now(), claims.Expires()
	start := time.Unix(claims.NotBefore, 0)
	switch {
	case now.After(end):
		return doctor.Found(doctor.Error, "the token ended %s ago", now.Sub(end).Truncate(time.Second)).
			Because("The API server answers Unauthorized to it.").Fix(c.kubectl("auth", "whoami")).List()
	case now.Before(start):
		return doctor.Found(doctor.Error, "the token is valid only from %s, in %s", start.UTC().Format(time.RFC3339), start.Sub(now).Truncate(time.Second)).
			Because("This machine's clock is behind Entra's.").Fix("sudo timedatectl set-ntp true").List()
	}
	return doctor.Found(doctor.OK, "valid for another %s", doctor.Many(int(end.Sub(now).Minutes()), "minute", "minutes")).List()
}

func checkTokenTenant(ctx context.Context, c *Case) []doctor.Finding {
	claims, err := c.claims(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "%v", err).List()
	}
	if r, err := c.request(); err == nil && r.ResolvedTenant() && !strings.EqualFold(r.Tenant, string(claims.Tenant)) {
		return doctor.Found(doctor.Error, "the token is of tenant %s, and the kubeconfig says %s", claims.Tenant, r.Tenant).
			Because("A cluster accepts tokens of its own tenant only.").Fix(c.kubectl("auth", "whoami")).List()
	}
	if m, err := c.managed(ctx); err == nil && m != nil && m.Entra != nil && m.Entra.Tenant != "" && m.Entra.Tenant != claims.Tenant {
		return doctor.Found(doctor.Error, "the token is of tenant %s, and the cluster trusts %s", claims.Tenant, m.Entra.Tenant).
			Because("A cluster accepts tokens of its own tenant only.").
			Fix(command("kubectl", "aad", "kubeconfig", "-g", m.ResourceGroup, "-n", m.Name)).List()
	}
	return doctor.Found(doctor.OK, "tenant %s", claims.Tenant).List()
}

func checkTokenAudience(ctx context.Context, c *Case) []doctor.Finding {
	claims, err := c.claims(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "%v", err).List()
	}
	const cause = "The cluster's authenticator accepts tokens for its own server app and no other."
	want := c.serverApp(ctx)
	got := strings.TrimPrefix(claims.Audience, "api://")
	switch {
	case strings.HasPrefix(claims.Audience, "spn:"):
		return doctor.Found(doctor.Error, "the token is for %q", claims.Audience).
			Because("Audiences with spn: come from --legacy or an old auth-provider; managed clusters refuse them.").Fix(fetch).List()
	case want != "" && entra.IsGUID(string(want)) && !strings.EqualFold(got, string(want)):
		return doctor.Found(doctor.Error, "the token is for %s, and the cluster's server app is %s", claims.Audience, want).
			Because(cause).Fix(fetch).List()
	}
	return doctor.Found(doctor.OK, "for %s, the server app that is asked for", claims.Audience).List()
}

func checkTokenVersion(ctx context.Context, c *Case) []doctor.Finding {
	claims, err := c.claims(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "%v", err).List()
	}
	if claims.Version != "2.0" {
		return doctor.Found(doctor.OK, "version %s, issued by %s", claims.Version, claims.Issuer).List()
	}
	f := doctor.Found(doctor.Warning, "version 2.0, issued by %s", claims.Issuer).
		Because("Authenticators of the kind that AKS has expect version 1: a version 2 token has another issuer and no upn. The server app decides, by requestedAccessTokenVersion.").
		By(tenantAdmin).Fix(c.setup(ctx))
	if _, err := c.identity(ctx); err == nil {
		f.Evidence += "; this cluster accepts it"
		f.Status = doctor.OK
		f.Cause, f.Who, f.Fixes = "", "", nil
	} else if refused(err) {
		f.Status = doctor.Error
	}
	return f.List()
}

// refused reports whether the API server answered 401.
func refused(err error) bool { return err != nil && fault.KindOf(err) == fault.SignIn }
