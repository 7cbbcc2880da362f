package entraid

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

// login obtains Graph tokens as the server app: for itself (kept), or on behalf
// of the bearer (not kept: a person is asked about once per period).
type login struct {
	up         Upstream
	client     entra.ClientID
	secretFile string

	turn   chan struct{} // holds one value while somebody asks for the app's token
	app    token.Token
	secret safetext.Secret // that app was obtained with
	denial error           // what the last try said
	until  time.Time       // of denial
}

const (
	nearExpiry = 5 * time.Minute // before its end a kept token is not used any more
	askAgain   = webhook.KeepDenied
)

func newLogin(up Upstream, client entra.ClientID, secretFile string) *login {
	return &login{up: up, client: client, secretFile: secretFile, turn: make(chan struct{}, 1)}
}

// asApp returns the app's own token. A secret that was refused is not tried
// again for a moment, unless the file has another one now.
func (l *login) asApp(ctx context.Context) (safetext.Secret, error) {
	secret, err := l.readSecret()
	if err != nil {
		return "", err
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	now, same := l.up.Now(), secret == l.secret
	switch {
	case same && l.denial != nil && now.Before(l.until):
		return "", l.denial
	case same && now.Add(nearExpiry).Before(l.app.Expires):
		return l.app.Access, nil
	}
	t, err := l.ask(ctx, secret, url.Values{"grant_type": {"client_credentials"}})
	l.secret, l.app, l.denial = secret, t, nil
	if isDenial(err) {
		l.denial, l.until = err, l.up.Now().Add(askAgain)
	}
	return t.Access, err
}

// forget drops the app's token after Graph refused it.
func (l *login) forget(refused safetext.Secret) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	if l.app.Access == refused {
		l.app = token.Token{}
	}
}

// onBehalf exchanges the bearer's token.
func (l *login) onBehalf(ctx context.Context, bearer safetext.Secret) (safetext.Secret, error) {
	secret, err := l.readSecret()
	if err != nil {
		return "", err
	}
	t, err := l.ask(ctx, secret, url.Values{
		"grant_type":          {"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"requested_token_use": {"on_behalf_of"},
		"assertion":           {bearer.Reveal()},
	})
	return t.Access, err
}

// readSecret reads the file each time: a secret that was replaced counts at once.
func (l *login) readSecret() (safetext.Secret, error) {
	const mend = "the token leaves its groups out because there are too many, and to look them up aad-webhook needs the server app's secret: "
	if l.secretFile == "" {
		return "", webhook.Deny(mend + "start it with --client-secret-file")
	}
	data, err := os.ReadFile(l.secretFile)
	if err != nil {
		return "", webhook.Deny(mend+"--client-secret-file: %v", err)
	}
	secret := strings.TrimSpace(string(data))
	if secret == "" {
		return "", webhook.Deny(mend+"%q is empty", l.secretFile)
	}
	return safetext.Secret(secret), nil
}

func (l *login) ask(ctx context.Context, secret safetext.Secret, form url.Values) (token.Token, error) {
	form.Set("client_id", string(l.client))
	form.Set("client_secret", secret.Reveal())
	form.Set("scope", l.up.Cloud.Graph+"/.default")
	address := l.up.Cloud.Authority(string(l.up.Tenant)) + "/oauth2/v2.0/token"
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return token.Token{}, fault.Wrap(fault.Config, "sign in to Microsoft Graph", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	asked := l.up.Now()
	a, err := l.up.do(ctx, "login", req)
	if err != nil {
		return token.Token{}, fault.Wrap(fault.Network, "sign in to Microsoft Graph", err)
	}
	if a.status == http.StatusBadRequest || a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
		return token.Token{}, refusal(l.client, a.body)
	}
	var t struct {
		Access  string      `json:"access_token"`
		Seconds json.Number `json:"expires_in"` // a string in v1 answers
	}
	if err := a.decode("sign in to Microsoft Graph", &t); err != nil {
		return token.Token{}, err
	}
	seconds, err := t.Seconds.Int64()
	if t.Access == "" || err != nil || seconds < 0 || seconds > 48*3600 {
		return token.Token{}, fault.New(fault.Network, "sign in to Microsoft Graph: answer holds no token")
	}
	return token.Token{Access: safetext.Secret(t.Access), Expires: asked.Add(time.Duration(seconds) * time.Second)}, nil
}
