package apps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// secret makes the server app's secret, unless the one that the cluster says it
// uses is there and unexpired. Its value was shown once, so that what an
// interrupted run made is of no use to anybody: oldSecrets removes it.
func (b *builder) secret() setup.Step {
	return setup.Step{ID: stepSecret, Needs: []string{stepURI, client.step(), b.StepLook}, Make: setup.Action{
		Title: fmt.Sprintf("make a secret for the server app, valid for %.0f days", b.SecretLifetime.Hours()/24),
		Check: b.checkSecret, Do: b.makeSecret, Retry: setup.Replication(),
	}}
}

func (b *builder) checkSecret(context.Context) (setup.Finding, error) {
	stands, why := b.judge()
	b.facts.SecretStands.Set(stands)
	if !stands {
		return setup.ToDo(why)
	}
	return setup.AllDone(why)
}

// judge says whether the cluster's secret is good, and what was seen.
func (b *builder) judge() (stands bool, seen string) {
	keyID, recorded := b.facts.Recorded.Get()
	if !recorded {
		return false, ""
	}
	app := b.facts.ServerApp.Value()
	if c := b.facts.Cluster.Value(); c.Entra != nil &&
		(c.Entra.ServerApp != app.ClientID || c.Entra.ClientApp != b.facts.ClientApp.Value().ClientID) {
		return false, "the cluster's applications are others"
	}
	i := slices.IndexFunc(app.Secrets, func(s entra.SecretInfo) bool { return s.KeyID == keyID })
	if i < 0 {
		return false, "the one that the cluster uses was removed"
	}
	day := app.Secrets[i].Expires.UTC().Format(time.DateOnly)
	if !app.Secrets[i].Expires.After(b.now()) {
		return false, "the one that the cluster uses expired on " + day
	}
	return true, "the cluster's is valid until " + day
}

func (b *builder) makeSecret(ctx context.Context) error {
	info, value, err := b.dir.AddSecret(ctx, b.facts.ServerApp.Value().ID, SecretName, b.now().Add(b.SecretLifetime))
	if err != nil {
		return err
	}
	b.facts.Secret.Set(setup.NewSecret{KeyID: info.KeyID, Value: value})
	return nil
}

// oldSecrets removes secrets of ours that no cluster uses. It comes after the
// cluster has its new one, so that an interruption never takes a secret from a
// cluster that works with it.
func (b *builder) oldSecrets() setup.Step {
	return setup.Step{ID: stepOldSecrets, Needs: []string{stepSecret, b.StepCluster}, Make: setup.Action{
		Title: "remove the server app's secrets that nothing uses", Quiet: true, Retry: setup.Replication(),
		Check: func(context.Context) (setup.Finding, error) {
			if old := b.unused(b.facts.ServerApp.Value()); len(old) > 0 {
				return setup.ToDo(fmt.Sprintf("%d left by an interrupted run", len(old)))
			}
			return setup.AllDone("")
		},
		Do: func(ctx context.Context) error {
			for _, s := range b.unused(b.facts.ServerApp.Value()) {
				err := b.dir.RemoveSecret(ctx, b.facts.ServerApp.Value().ID, s.KeyID)
				if err != nil && fault.KindOf(err) != fault.NotFound {
					return err
				}
			}
			return nil
		},
	}}
}

// unused are the secrets by our name, as the application was when looked at,
// but for the one that the cluster uses.
func (b *builder) unused(app entra.Application) []entra.SecretInfo {
	inUse := ""
	if b.facts.SecretStands.Value() {
		inUse = b.facts.Recorded.Value()
	}
	return slices.DeleteFunc(slices.Clone(app.Secrets), func(s entra.SecretInfo) bool {
		return s.Name != SecretName || s.KeyID == inUse
	})
}
