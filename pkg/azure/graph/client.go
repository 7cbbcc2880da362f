// Package graph is the directory over Microsoft Graph: it reads and writes
// users, groups, applications and consent with the models of msgraph-sdk-go,
// whose only importer it is, and hands out the types of pkg/entra. It retries
// nothing itself: the RoundTripper given to it does.
package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	abs "github.com/microsoft/kiota-abstractions-go"
	kiotaauth "github.com/microsoft/kiota-abstractions-go/authentication"
	kiota "github.com/microsoft/kiota-http-go"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// maxAnswer is the largest answer that is read, in bytes; a page of 999 users
// has about 1 MiB.
const maxAnswer = 32 << 20

// Client is the directory of the tenant that the token source signs in to. It
// may be used by many goroutines at once.
type Client struct {
	base    *url.URL // ends in /v1.0
	adapter *kiota.NetHttpRequestAdapter
	http    *http.Client
	caller  atomic.Pointer[entra.Claims] // of the last token; nil before the first request or if it is opaque
	wait    httpx.Waiter                 // between the tries of a batch's throttled items

	mu  sync.Mutex
	org *entra.Organization // read once
}

// New returns the directory of a cloud. Requests go through rt with the
// source's tokens; redirects are not followed. The error is of kind
// fault.Config.
func New(cloud entra.Cloud, rt http.RoundTripper, source token.Source) (*Client, error) {
	base, err := url.Parse(cloud.Graph + "/v1.0")
	if err != nil || base.Scheme != "https" || base.Hostname() == "" {
		return nil, fault.Newf(fault.Config, "cloud %q names no Microsoft Graph endpoint", cloud.Name)
	}
	c := &Client{base: base, wait: httpx.Sleep, http: &http.Client{
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	// Without the port: with one the validator matches no URL at all.
	hosts, err := kiotaauth.NewAllowedHostsValidatorErrorCheck([]string{base.Hostname()})
	if err != nil {
		return nil, fault.Wrap(fault.Config, fmt.Sprintf("Microsoft Graph endpoint %q", cloud.Graph), err)
	}
	auth := kiotaauth.NewBaseBearerTokenAuthenticationProvider(&tokens{
		hosts: hosts, source: source, scope: cloud.Graph + "/.default", caller: &c.caller,
	})
	c.adapter, err = kiota.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		auth, nil, nil, c.http)
	if err != nil {
		return nil, fault.Wrap(fault.Config, "Microsoft Graph", err)
	}
	return c, nil
}

// tokens hands the source's tokens to kiota for one host.
type tokens struct {
	hosts  *kiotaauth.AllowedHostsValidator
	source token.Source
	scope  string
	caller *atomic.Pointer[entra.Claims]
}

// GetAuthorizationToken refuses a strange host aloud: kiota would go on
// without a token.
func (t *tokens) GetAuthorizationToken(ctx context.Context, u *url.URL, _ map[string]any) (string, error) {
	if u.Scheme != "https" || !t.hosts.IsUrlHostValid(u) {
		return "", fault.Newf(fault.Config, "no token is sent to %q", u.Host)
	}
	tok, err := t.source(ctx, t.scope)
	if err != nil {
		return "", err
	}
	if claims, err := entra.ParseClaims(tok.Access.Reveal()); err == nil {
		t.caller.Store(&claims)
	}
	return tok.Access.Reveal(), nil
}

// GetAllowedHostsValidator is part of kiota's interface.
func (t *tokens) GetAllowedHostsValidator() *kiotaauth.AllowedHostsValidator { return t.hosts }

// call is one request. What is written is plain JSON and not a model, because
// models cannot say null.
type call struct {
	op     string // the operation and its object, for errors
	needs  permission
	method abs.HttpMethod // zero is GET
	path   string         // below /v1.0, escaped
	query  url.Values
	header map[string]string
	body   any

	firstPage bool // of a list, no more
}

// do sends a call and returns the body of a good answer, which is empty for
// 204. Errors are faults.
func (c *Client) do(ctx context.Context, q call) ([]byte, error) {
	return c.send(ctx, q, c.base.String()+q.relative())
}

func (c *Client) send(ctx context.Context, q call, rawURL string) ([]byte, error) {
	req, err := c.request(ctx, q, rawURL)
	if err != nil {
		return nil, c.unreached(ctx, q, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreached(ctx, q, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case resp.StatusCode >= 300:
		return nil, refused(q, resp, body)
	case err != nil:
		return nil, c.unreached(ctx, q, err)
	case len(body) > maxAnswer:
		return nil, fault.Wrap(fault.Failure, q.op, fmt.Errorf("the answer is larger than %d bytes", maxAnswer))
	}
	return body, nil
}

// request lets kiota make the request, and adds what its requests lack: a body
// that can be sent again.
func (c *Client) request(ctx context.Context, q call, rawURL string) (*http.Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	info := abs.NewRequestInformation()
	info.Method = q.method
	info.SetUri(*u)
	info.Headers.TryAdd("Accept", "application/json")
	for k, v := range q.header {
		info.Headers.Add(k, v)
	}
	var body []byte
	if q.body != nil {
		if body, err = json.Marshal(q.body); err != nil {
			return nil, err
		}
		info.SetStreamContentAndContentType(body, "application/json")
	}
	native, err := c.adapter.ConvertToNativeRequest(ctx, info)
	if err != nil {
		return nil, err
	}
	req := native.(*http.Request)
	if len(body) > 0 {
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return req, nil
}
