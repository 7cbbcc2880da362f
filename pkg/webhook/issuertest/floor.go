package issuertest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Floor is the least that a token webhook can do: decode, verify once,
// answer. It is the floor of the benchmarks.
func Floor(key *rsa.PublicKey) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct {
			APIVersion string
			Spec       struct{ Token string }
		}
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		parts := strings.Split(review.Spec.Token, ".")
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		sig, _ := base64.RawURLEncoding.DecodeString(parts[2])
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		var c entra.Claims
		err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig)
		if err == nil {
			err = json.Unmarshal(payload, &c)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "TokenReview", "apiVersion": review.APIVersion,
			"status": map[string]any{
				"authenticated": err == nil,
				"user":          map[string]any{"username": c.UPN, "groups": c.Groups, "extra": map[string][]string{"oid": {string(c.Object)}}},
			},
		})
	})
}

// Groups are the ids of n groups.
func Groups(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("cccccccc-0000-4000-8000-%012d", i))
	}
	return ids
}
