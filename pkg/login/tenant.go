package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// find locates a request in the cache. A domain is resolved over the network
// once and kept; what cannot be read is set aside and said.
func (b *Broker) find(ctx context.Context, req token.Request) (tokencache.Place, error) {
	keys, err := req.Keys()
	if err != nil {
		return tokencache.Place{}, fault.Wrap(fault.Config, "", err)
	}
	if !req.ResolvedTenant() && req.Tenant != Organizations {
		id, err := b.Dir.TenantID(keys.Tenant())
		if err != nil {
			if id, err = b.resolve(ctx, req); err != nil {
				return tokencache.Place{}, err
			}
			b.kept(b.Dir.PutTenantID(keys.Tenant(), id))
		}
		req.Tenant = string(id)
		return b.find(ctx, req)
	}
	p, err := b.Dir.Place(req)
	if errors.Is(err, tokencache.ErrUnreadable) {
		b.say("the list of accounts could not be read and was set aside")
		_ = b.Dir.QuarantineAccounts(p.Keys.Accounts())
		p, err = b.Dir.Place(req)
	}
	if errors.Is(err, tokencache.ErrLoose) {
		b.tighten()
		p, err = b.Dir.Place(req)
	}
	b.kept(err)
	return p, nil
}

// resolve looks up the tenant of a request that names a domain.
func (b *Broker) resolve(ctx context.Context, req token.Request) (entra.TenantID, error) {
	rt, err := b.Transport(req.Cloud)
	if err != nil {
		return "", fault.Wrap(fault.Config, "", err)
	}
	return ResolveTenant(ctx, req.Cloud, rt, req.Tenant)
}

// ResolveTenant asks Entra for the id of the tenant that has a domain. The
// request carries no credential. No tenant has it: fault.Config.
func ResolveTenant(ctx context.Context, cloud entra.Cloud, rt http.RoundTripper, domain string) (entra.TenantID, error) {
	op := fmt.Sprintf("look up tenant %q", domain)
	address := cloud.Authority(url.PathEscape(domain)) + "/v2.0/.well-known/openid-configuration"
	get, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fault.Wrap(fault.Config, op, err)
	}
	resp, err := rt.RoundTrip(get)
	if err != nil {
		return "", fault.Wrap(fault.Network, op, Unreachable(cloud, err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", fault.Wrap(fault.Network, op, Unreachable(cloud, err))
	}
	if resp.StatusCode != http.StatusOK {
		return "", fault.Wrap(fault.Config, op, Refusal(resp.StatusCode, body))
	}
	id, err := tenantOf(body)
	return id, fault.Wrap(fault.Config, op, err)
}

// tenantOf reads the tenant's id out of an openid-configuration document.
func tenantOf(document []byte) (entra.TenantID, error) {
	var doc struct {
		Issuer        string `json:"issuer"`
		TokenEndpoint string `json:"token_endpoint"`
	}
	if json.Unmarshal(document, &doc) != nil {
		return "", unreadableAnswer(http.StatusOK)
	}
	for _, s := range []string{doc.Issuer, doc.TokenEndpoint} {
		for _, part := range strings.Split(s, "/") {
			if entra.IsGUID(part) {
				return entra.TenantID(strings.ToLower(part)), nil
			}
		}
	}
	return "", errors.New("the answer names no tenant id")
}
