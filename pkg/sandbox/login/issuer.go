package login

import (
	"net/http"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// issuerPath is where the pretend CI system is, on the portal's listener.
const issuerPath = "/issuer"

// federatedLife is how long its tokens are good, as with the CI systems it is for.
const federatedLife = 10 * time.Minute

// outsider is a pretend OpenID Connect issuer that is not Entra: a CI system, or
// a cluster that signs service account tokens. Its key is made when it is needed.
type outsider struct {
	mu  sync.Mutex
	key *signingKey
}

func (o *outsider) signer(now time.Time) (*signingKey, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.key != nil {
		return o.key, nil
	}
	var err error
	o.key, err = newSigningKey(now)
	return o.key, err
}

// Federated is a token of that issuer.
type Federated struct {
	Issuer string `json:"issuer"`
	Token  string `json:"token"`
}

// FederatedToken returns what the CI system at the portal's address would give
// to a job: a token about subject for audience, and the issuer to trust.
func (s *Service) FederatedToken(portal, subject, audience string) (Federated, error) {
	now := s.deps.Now()
	key, err := s.outsider.signer(now)
	if err != nil {
		return Federated{}, err
	}
	issuer := portal + issuerPath
	token, err := key.sign(map[string]any{"iss": issuer, "sub": subject, "aud": audience, "jti": guid(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(federatedLife).Unix()})
	return Federated{Issuer: issuer, Token: token}, err
}

func (s *Service) issuerMetadata(w http.ResponseWriter, r *http.Request) {
	issuer := wire.URL(r, wire.Portal) + issuerPath
	wire.JSON(w, http.StatusOK, map[string]any{"issuer": issuer, "jwks_uri": issuer + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"id_token"},
		"subject_types_supported": []string{"public"}})
}

func (s *Service) issuerJWKS(w http.ResponseWriter, r *http.Request) {
	key, err := s.outsider.signer(s.deps.Now())
	if err != nil {
		s.Refuse(w, r, http.StatusInternalServerError, "", err.Error())
		return
	}
	wire.JSON(w, http.StatusOK, map[string]any{"keys": []any{key.jwk("")}})
}
