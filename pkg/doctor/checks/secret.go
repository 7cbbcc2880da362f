package checks

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const (
	secretCause = "With this secret the cluster asks Microsoft Graph for the groups of people who have more than 200. Without it they get Unauthorized, and everybody else gets in."
	secretLog   = "From here the value cannot be compared. The webhook's log shows it: a line \"refused\" whose reason has AADSTS7000215 (wrong) or AADSTS7000222 (expired); on AKS in the log category guard."
	// soonEnds is how long before its end a secret is complained of.
	soonEnds = 30 * 24 * time.Hour
)

func checkSecret(ctx context.Context, c *Case) []doctor.Finding {
	id := c.serverApp(ctx)
	if id == entra.AKSServer {
		return doctor.Found(doctor.Skipped, "the integration is managed by AKS: Microsoft keeps the server app's secret").List()
	}
	app, err := c.application(ctx)
	if err != nil {
		return c.unseenApp(ctx, id, err).List()
	}
	m, clusterErr := c.managed(ctx)
	keyID := ""
	if m != nil {
		keyID = m.Tags[aks.TagSecretKeyID]
	}
	f := judgeSecret(app, keyID, c.Now())
	if f.Status == doctor.Unknown && clusterErr != nil {
		f.Evidence += "; " + c.unread("the cluster's record of it", clusterErr).Evidence
	}
	if f.Status == doctor.Error || f.Status == doctor.Warning {
		f = f.By(clusterAdmin).Fix(c.setup(ctx))
		f.Cause += c.fits(ctx)
	}
	return f.List()
}

// judgeSecret compares the secret that the cluster was given, by its id, with
// those that the app has now. An empty id was not recorded.
func judgeSecret(app entra.Application, keyID string, now time.Time) doctor.Finding {
	if keyID == "" {
		alive := slices.ContainsFunc(app.Secrets, func(s entra.SecretInfo) bool { return s.Expires.After(now) })
		if !alive {
			return doctor.Found(doctor.Error, "the server app %s has no secret that is still good (of %d)", app.ClientID, len(app.Secrets)).
				Because("%s", secretCause)
		}
		return doctor.Found(doctor.Unknown, "the server app %s has %s; which one the cluster has was not recorded", app.ClientID, doctor.Many(len(app.Secrets), "secret", "secrets")).
			Because("%s %s", secretCause, secretLog)
	}
	i := slices.IndexFunc(app.Secrets, func(s entra.SecretInfo) bool { return strings.EqualFold(s.KeyID, keyID) })
	if i < 0 {
		return doctor.Found(doctor.Error, "the cluster was given the secret %s, which the server app %s no longer has", keyID, app.ClientID).
			Because("%s", secretCause)
	}
	end := app.Secrets[i].Expires
	day := end.UTC().Format(time.DateOnly)
	switch {
	case !end.After(now):
		return doctor.Found(doctor.Error, "the cluster's secret %s expired on %s", keyID, day).Because("%s", secretCause)
	case end.Sub(now) < soonEnds:
		return doctor.Found(doctor.Warning, "the cluster's secret %s expires on %s", keyID, day).Because("%s", secretCause)
	}
	return doctor.Found(doctor.OK, "the cluster's secret %s is among the server app's and good until %s", keyID, day)
}

// unseenApp is the finding when the registration could not be read.
func (c *Case) unseenApp(ctx context.Context, id entra.ClientID, err error) doctor.Finding {
	if fault.KindOf(err) == fault.NotFound {
		return doctor.Found(doctor.Error, "the tenant has no app registration %s, which the cluster uses as its server app", id).
			Because("Nobody can get a token for it any more.").By(clusterAdmin).Fix(c.setup(ctx))
	}
	f := c.unread("the list of the server app's secrets", err).By(tenantAdmin).Because("%s %s", secretCause, secretLog)
	if len(f.Fixes) == 0 {
		f = f.Fix(c.kubectl("aad", "doctor", "--check", "server-secret"))
	}
	if own := c.own(ctx); own != "" {
		f.Cause = own
	} else {
		f.Cause += c.fits(ctx)
	}
	return f
}

// fits says so when the caller's own case looks like a bad secret.
func (c *Case) fits(ctx context.Context) string {
	if c.For != nil {
		return ""
	}
	claims, err := c.claims(ctx)
	if err != nil || !claims.Overage() {
		return ""
	}
	if _, err := c.identity(ctx); !refused(err) {
		return ""
	}
	return " Your case fits: the API server answers 401, and your token leaves out more than 200 groups."
}

// own tells somebody whom the API server accepts what the secret is to them.
func (c *Case) own(ctx context.Context) string {
	if c.For != nil {
		return ""
	}
	claims, err := c.claims(ctx)
	if err != nil {
		return ""
	}
	if _, err := c.identity(ctx); err != nil {
		return ""
	}
	if claims.Overage() {
		return "Your own sign-in depends on it, and works now."
	}
	return "Your own sign-in does not depend on it: the API server accepts you."
}

// setup is the command that mends an integration: it makes what is missing and
// leaves the rest.
func (c *Case) setup(ctx context.Context) string {
	m, _ := c.managed(ctx)
	if m == nil {
		return "kubectl aad setup --name CLUSTER --resource-group RESOURCE_GROUP --location REGION"
	}
	words := []string{"kubectl", "aad", "setup", "--name", m.Name, "--resource-group", m.ResourceGroup, "--location", m.Location}
	if m.Entra != nil && !m.Entra.Managed {
		words = append(words, "--integration", "apps", "--target", "aks", "--allow-retired")
	}
	return command(words...)
}
