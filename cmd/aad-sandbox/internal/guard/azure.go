package guard

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Azure asks ARM about one cluster, as AKS' server app.
type Azure struct {
	cloud          entra.Cloud
	tenant, secret string
	cluster        string
	client         *http.Client

	mu      sync.Mutex
	token   string
	expires time.Time
}

// NewAzure returns the ARM of a cloud file for a cluster; secret is the server
// app's.
func NewAzure(cloudFile, tenant, secret, cluster string) (*Azure, error) {
	cloud, err := entra.FindCloud(cloudFile)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(cloud.CAFile)
	if err != nil {
		return nil, fmt.Errorf("the cloud's CA: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &Azure{cloud: cloud, tenant: tenant, secret: secret, cluster: cluster,
		client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}}, nil
}

// Check implements Access.
func (a *Azure) Check(ctx context.Context, q Question) (Answer, error) {
	token, err := a.signIn(ctx)
	if err != nil {
		return Answer{}, err
	}
	body, err := json.Marshal(map[string]any{
		"Subject":  map[string]any{"Attributes": map[string]any{"ObjectId": q.Object, "Groups": q.Groups}},
		"Actions":  []any{map[string]any{"Id": q.Action, "IsDataAction": true}},
		"Resource": map[string]any{"Id": q.Scope},
	})
	if err != nil {
		return Answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost,
		a.cloud.ARM+a.cluster+"/providers/Microsoft.Authorization/checkaccess?api-version=2018-09-01-preview", bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	var decisions []struct {
		AccessDecision string
		RoleAssignment struct{ ID, RoleDefinitionID string }
	}
	if err := a.send(req, &decisions); err != nil {
		return Answer{}, fmt.Errorf("check access: %w", err)
	}
	if len(decisions) != 1 {
		return Answer{}, fmt.Errorf("check access: %d decisions for one action", len(decisions))
	}
	d := decisions[0]
	return Answer{Allowed: strings.EqualFold(d.AccessDecision, "Allowed"), Assignment: d.RoleAssignment.ID, Role: d.RoleAssignment.RoleDefinitionID}, nil
}

// signIn returns a token for ARM, the same one until shortly before its end.
func (a *Azure) signIn(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Now().Before(a.expires) {
		return a.token, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {string(entra.AKSServer)}, "client_secret": {a.secret},
		"scope": {a.cloud.ARMAudience + "/.default"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.cloud.Login+"/"+a.tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var out struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if err := a.send(req, &out); err != nil {
		return "", fmt.Errorf("sign in as AKS: %w", err)
	}
	a.token, a.expires = out.Token, time.Now().Add(time.Duration(out.Expires)*time.Second-5*time.Minute)
	return a.token, nil
}

func (a *Azure) send(req *http.Request, into any) error {
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %.300s", resp.Status, raw)
	}
	return json.Unmarshal(raw, into)
}
