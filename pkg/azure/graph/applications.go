package graph

import (
	"context"
	"fmt"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

var appFields = selectOnly("id", "appId", "uniqueName", "displayName", "signInAudience", "identifierUris", "tags", "notes",
	"api", "groupMembershipClaims", "optionalClaims", "isFallbackPublicClient", "publicClient", "requiredResourceAccess", "passwordCredentials")

// Application returns an app registration by its client id.
func (c *Client) Application(ctx context.Context, id entra.ClientID) (entra.Application, error) {
	return c.application(ctx, call{op: fmt.Sprintf("read the application %q", string(id)), needs: readApps,
		path: byKey("applications", "appId", string(id)), query: fields(appFields)})
}

// ApplicationByUniqueName returns an app registration by its unique name.
func (c *Client) ApplicationByUniqueName(ctx context.Context, uniqueName string) (entra.Application, error) {
	return c.application(ctx, call{op: fmt.Sprintf("read the application named %q", uniqueName), needs: readApps,
		path: byKey("applications", "uniqueName", uniqueName), query: fields(appFields)})
}

func (c *Client) application(ctx context.Context, q call) (entra.Application, error) {
	app, err := get[models.Applicationable](ctx, c, q, models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return entra.Application{}, err
	}
	return application(app), nil
}

// UpsertApplication creates the app registration of a unique name, or updates
// the one that has it. What is unset in app (identifier URIs, which need the
// client id first) can follow in UpdateApplication. The secrets are not
// touched.
func (c *Client) UpsertApplication(ctx context.Context, app entra.Application) (entra.Application, error) {
	op := fmt.Sprintf("create the application %q", app.Name)
	if app.UniqueName == "" {
		return entra.Application{}, fault.New(fault.Usage, op+": without a unique name it could be made twice")
	}
	q := call{op: op, needs: writeApps, method: abs.PATCH, path: byKey("applications", "uniqueName", app.UniqueName),
		header: map[string]string{"Prefer": "create-if-missing, return=representation"}, body: applicationBody(app)}
	body, err := c.do(ctx, q)
	if err != nil {
		return entra.Application{}, err
	}
	if len(body) == 0 { // updated, and the server would not say to what
		return c.ApplicationByUniqueName(ctx, app.UniqueName)
	}
	made, err := decode[models.Applicationable](q, body, models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return entra.Application{}, err
	}
	return application(made), nil
}

// UpdateApplication writes the fields of app that setup manages, empty lists
// included, to the app registration with its object id. Its unique name,
// client id and secrets stay.
func (c *Client) UpdateApplication(ctx context.Context, app entra.Application) error {
	_, err := c.do(ctx, call{op: fmt.Sprintf("update the application %q", app.Name), needs: writeApps,
		method: abs.PATCH, path: byID("applications", string(app.ID)), body: applicationBody(app)})
	return err
}

// DeleteApplication removes an app registration by its object id, and with it
// the service principal in its own tenant.
func (c *Client) DeleteApplication(ctx context.Context, id entra.ObjectID) error {
	_, err := c.do(ctx, call{op: fmt.Sprintf("delete the application %q", string(id)), needs: writeApps,
		method: abs.DELETE, path: byID("applications", string(id))})
	return err
}

// AddSecret makes a secret for an app registration, by its object id. The
// value is shown this once.
func (c *Client) AddSecret(ctx context.Context, app entra.ObjectID, name string, expires time.Time) (entra.SecretInfo, safetext.Secret, error) {
	q := call{op: fmt.Sprintf("add a secret to the application %q", string(app)), needs: writeApps,
		method: abs.POST, path: byID("applications", string(app)) + "/addPassword",
		body: map[string]any{"passwordCredential": map[string]any{
			"displayName": name, "endDateTime": expires.UTC().Format(time.RFC3339),
		}}}
	made, err := get[models.PasswordCredentialable](ctx, c, q, models.CreatePasswordCredentialFromDiscriminatorValue)
	if err != nil {
		return entra.SecretInfo{}, "", err
	}
	value := safetext.Secret(val(made.GetSecretText()))
	if value == "" {
		return entra.SecretInfo{}, "", fault.Newf(fault.Failure, "%s: Microsoft Graph did not show it", q.op)
	}
	return secretInfo(made), value, nil
}

// RemoveSecret removes one secret of an app registration.
func (c *Client) RemoveSecret(ctx context.Context, app entra.ObjectID, keyID string) error {
	_, err := c.do(ctx, call{op: fmt.Sprintf("remove the secret %q of the application %q", keyID, string(app)), needs: writeApps,
		method: abs.POST, path: byID("applications", string(app)) + "/removePassword", body: map[string]any{"keyId": keyID}})
	return err
}
