package webhook

import (
	"errors"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// parseClaims reads the claims that decide. Names that people can choose for
// themselves (email, preferred_username, unique_name) are not read at all.
func parseClaims(payload string) (entra.Claims, error) {
	var c entra.Claims
	err := parseObject(payload, func(key string, v raw) error {
		if err := setClaim(&c, key, v); err != nil {
			return fmt.Errorf("claim %s: %w", key, err)
		}
		return nil
	})
	return c, err
}

func setClaim(c *entra.Claims, key string, v raw) (err error) {
	switch key {
	case "iss":
		c.Issuer, err = v.str()
	case "aud":
		c.Audience, err = v.str()
	case "tid":
		err = set(&c.Tenant, v)
	case "oid":
		err = set(&c.Object, v)
	case "upn":
		if c.UPN, err = v.str(); err == nil && c.UPN == "" {
			err = errors.New("empty")
		}
	case "idtyp":
		c.IDType, err = v.str()
	case "scp":
		c.Scope, err = v.str()
	case "groups":
		c.Groups, err = v.strs()
	case "hasgroups":
		c.HasGroups, err = v.boolean()
	case "_claim_names":
		c.ClaimNames = map[string]string{}
		err = v.object(func(key string, v raw) error {
			c.ClaimNames[key], err = v.str()
			return err
		})
	case "nbf":
		c.NotBefore, err = v.integer()
	case "exp":
		c.ExpiresAt, err = v.integer()
	}
	return err
}

func set[T ~string](to *T, v raw) error {
	s, err := v.str()
	*to = T(s)
	return err
}
