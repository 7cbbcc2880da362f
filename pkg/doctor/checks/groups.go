package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// maxGroups is how many groups Entra ID puts into a JWT; with more it puts in
// none, and the cluster has to ask Microsoft Graph.
const maxGroups = 200

func checkGroups(ctx context.Context, c *Case) []doctor.Finding {
	ids, graphErr := c.memberships(ctx)
	if c.For != nil {
		return c.predictedGroups(ids, graphErr).List()
	}
	claims, err := c.claims(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "%v", err).List()
	}
	if !claims.Overage() {
		return c.listedGroups(ctx, claims, ids, graphErr).List()
	}
	seen := "the token leaves the groups out (_claim_names): there are more than 200"
	if graphErr == nil {
		seen = fmt.Sprintf("%d groups: the token leaves them out (_claim_names)", len(ids))
	}
	id, err := c.identity(ctx)
	switch {
	case refused(err):
		return overageFix(ctx, c, doctor.Found(doctor.Error, "%s, and the API server answers 401", seen).
			Because("For such a token the cluster asks Microsoft Graph with the server app's secret. When that fails, everybody with more than 200 groups is refused and nobody else.")).List()
	case err != nil:
		return doctor.Found(doctor.Unknown, "%s; whether the cluster looks them up cannot be seen: %v", seen, err).List()
	case len(id.ownGroups()) == 0:
		return overageFix(ctx, c, doctor.Found(doctor.Error, "%s, and the API server knows of no group either", seen).
			Because("The cluster does not look groups up, so bindings of groups do not reach this person.")).List()
	}
	return doctor.Found(doctor.OK, "%s; the cluster looked up %d", seen, len(id.ownGroups())).List()
}

// overageFix names what ends an overage that the cluster does not resolve.
func overageFix(ctx context.Context, c *Case, f doctor.Finding) doctor.Finding {
	return f.By(clusterAdmin).Fix(c.setup(ctx))
}

// listedGroups compares the groups in a token with what the directory and the
// API server say.
func (c *Case) listedGroups(ctx context.Context, claims entra.Claims, ids []entra.ObjectID, graphErr error) doctor.Finding {
	if len(claims.Groups) == 0 && graphErr == nil && len(ids) > 0 {
		f := doctor.Found(doctor.Error, "the directory knows %d groups, and the token has none", len(ids)).
			Because("The server app must ask for groups (groupMembershipClaims), or the memberships are newer than the token.").
			By(tenantAdmin)
		if app, err := c.application(ctx); err == nil && app.GroupClaims != "" {
			return staleToken(c, f)
		}
		return f.Fix(c.setup(ctx))
	}
	if graphErr == nil {
		var late []string
		for _, id := range ids {
			if !slices.Contains(claims.Groups, string(id)) {
				late = append(late, string(id))
			}
		}
		if len(late) > 0 {
			return staleToken(c, doctor.Found(doctor.Warning, "%d of %d groups are not in the token, first %s", len(late), len(ids), late[0]))
		}
	}
	return doctor.Found(doctor.OK, "%s, all of them in the token", doctor.Many(len(claims.Groups), "group", "groups"))
}

func staleToken(c *Case, f doctor.Finding) doctor.Finding {
	f.Who, f.Fixes = "", nil
	return f.Because("A token tells the memberships of the moment it was made. A new one, in an hour at most or after a new sign-in, has them.").
		Fix(c.kubectl("auth", "whoami"))
}

// predictedGroups tells what a token of somebody else would say.
func (c *Case) predictedGroups(ids []entra.ObjectID, err error) doctor.Finding {
	switch {
	case err != nil:
		return c.unread("the list of groups", err).By(tenantAdmin)
	case len(ids) <= maxGroups:
		return doctor.Found(doctor.OK, "%s: a token has room for 200", doctor.Many(len(ids), "security group", "security groups"))
	case c.For.Kind == entra.ServicePrincipal:
		return doctor.Found(doctor.Error, "%d security groups: more than the 200 that a token has room for", len(ids)).
			Because("AKS refuses service principals with more than 200 groups (AADSTS7000114).").By(tenantAdmin)
	}
	return doctor.Found(doctor.Warning, "%d security groups: more than the 200 that a token has room for", len(ids)).
		Because("The token leaves all of them out, and the cluster must ask Microsoft Graph with the server app's secret. If that fails, this person is refused while others get in.")
}
