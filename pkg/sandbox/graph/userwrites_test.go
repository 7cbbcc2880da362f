package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// newUser is a body with other properties laid over by text.
func newUser(upn, password string) string {
	return fmt.Sprintf(`{"accountEnabled":true,"displayName":"Zoe","mailNickname":"zoe","userPrincipalName":%q,
		"passwordProfile":{"forceChangePasswordNextSignIn":false,"password":%q}}`, upn, password)
}

func TestPeopleComeAndGo(t *testing.T) {
	c := start(t, sandbox.Options{})
	made := c.want(201, "", "admin", "POST", "/users", newUser("zoe@contoso.com", "Pass-word-1"))
	if made.text("userPrincipalName") != "zoe@contoso.com" || strings.Contains(made.raw, "Pass-word-1") || !entra.IsGUID(made.text("id")) {
		t.Errorf("user %s", made.raw)
	}
	zoe := "/users/" + made.text("id")
	c.table([]row{
		{"admin", "POST", "/users", newUser("ZOE@contoso.com", "Pass-word-1"), 400, "Request_BadRequest"},
		{"admin", "POST", "/users", newUser("zoe@example.org", "Pass-word-1"), 400, "Request_BadRequest"},
		{"admin", "POST", "/users", newUser("yan@contoso.com", "password"), 400, "Request_BadRequest"},
		{"admin", "POST", "/users", strings.Replace(newUser("yan@contoso.com", "Pass-word-1"), "false", "true", 1), 400, "Request_BadRequest"},
		{"admin", "POST", "/users", `{"displayName":"x"}`, 400, "Request_BadRequest"},
		{"alice", "POST", "/users", newUser("yan@contoso.com", "Pass-word-1"), 403, "Authorization_RequestDenied"},
		{"alice", "PATCH", zoe, `{"accountEnabled":false}`, 403, "Authorization_RequestDenied"},
		{"admin", "PATCH", zoe, `{"userPrincipalName":"alice@contoso.com"}`, 400, "Request_BadRequest"},
		{"admin", "PATCH", zoe, `{"userType":"Robot"}`, 400, "Request_BadRequest"},
		{"admin", "PATCH", zoe, `{"color":"red"}`, 400, "Request_BadRequest"},
		{"admin", "PATCH", zoe, `{"id":"x"}`, 400, "Request_BadRequest"},
		{"admin", "PATCH", zoe, `{"accountEnabled":false,"jobTitle":"Baker","userPrincipalName":"zoe2@contoso.com"}`, 204, ""},
		{"admin", "PATCH", "/users/" + unknown, `{}`, 404, "Request_ResourceNotFound"},
	})
	got := c.want(200, "", "alice", "GET", "/users/zoe2@contoso.com?$select=accountEnabled,jobTitle", "")
	if got.get("accountEnabled") != false || got.text("jobTitle") != "Baker" {
		t.Errorf("patched: %s", got.raw)
	}
	if u, ok := c.home.User("zoe2@contoso.com"); !ok || u.Person.Password != "Pass-word-1" {
		t.Error("a write lost the password")
	}
	c.want(204, "", "admin", "PATCH", zoe, `{"passwordProfile":{"password":"Other-word-2"}}`)
	if u, _ := c.home.User("zoe2@contoso.com"); u.Person.Password != "Other-word-2" || u.SignInSessionsValidFromDateTime.IsZero() {
		t.Error("the new password is not in force, or old sessions go on")
	}
	c.want(200, "", "alice", "POST", "/me/revokeSignInSessions", "")
	c.want(403, "Authorization_RequestDenied", "alice", "POST", zoe+"/revokeSignInSessions", "")

	c.want(204, "", "admin", "DELETE", zoe, "")
	c.want(404, "Request_ResourceNotFound", "admin", "GET", zoe, "")
	list := c.want(200, "", "admin", "GET", "/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime", "")
	if rows := list.rows(); len(rows) != 1 || rows[0]["id"] != made.text("id") || rows[0]["deletedDateTime"] == nil {
		t.Errorf("deleted people: %s", list.raw)
	}
	gone := c.want(200, "", "admin", "GET", "/directory/deletedItems/"+made.text("id"), "")
	if want := strings.ReplaceAll(made.text("id"), "-", "") + "zoe2@contoso.com"; gone.text("userPrincipalName") != want {
		t.Errorf("a deleted user keeps the name from others: %s", gone.raw)
	}
	c.want(403, "Authorization_RequestDenied", "alice", "POST", "/directory/deletedItems/"+made.text("id")+"/restore", "")
	back := c.want(200, "", "admin", "POST", "/directory/deletedItems/"+made.text("id")+"/restore", "")
	if back.get("@odata.type") != "#microsoft.graph.user" {
		t.Errorf("restored: %s", back.raw)
	}
	c.want(200, "", "admin", "GET", zoe, "")
	c.want(404, "Request_ResourceNotFound", "admin", "POST", "/directory/deletedItems/"+made.text("id")+"/restore", "")
}

func TestInvitations(t *testing.T) {
	c := start(t, sandbox.Options{})
	body := func(mail string) string {
		return fmt.Sprintf(`{"invitedUserEmailAddress":%q,"inviteRedirectUrl":"https://myapps.microsoft.com"}`, mail)
	}
	made := c.want(201, "", "alice", "POST", "/invitations", body("dana@example.org"))
	if made.text("status") != "PendingAcceptance" || !strings.HasPrefix(made.text("inviteRedeemUrl"), "https://") {
		t.Errorf("invitation %s", made.raw)
	}
	guest := c.want(200, "", "alice", "GET", "/users/"+made.text("invitedUser.id")+"?$select=userPrincipalName,userType,creationType,externalUserState,mail", "")
	if guest.text("userPrincipalName") != "dana_example.org#EXT#@contoso.onmicrosoft.com" || guest.text("userType") != "Guest" ||
		guest.text("externalUserState") != "PendingAcceptance" || guest.text("creationType") != "Invitation" || guest.text("mail") != "dana@example.org" {
		t.Errorf("guest %s", guest.raw)
	}
	if again := c.want(201, "", "alice", "POST", "/invitations", body("dana@example.org")); again.text("invitedUser.id") != made.text("invitedUser.id") {
		t.Errorf("invited twice: %s", again.raw)
	}
	if err := c.home.Redeem(entra.ObjectID(made.text("invitedUser.id"))); err != nil {
		t.Fatal(err)
	}
	if again := c.want(201, "", "alice", "POST", "/invitations", body("dana@example.org")); again.text("status") != "Accepted" {
		t.Errorf("after redemption: %s", again.raw)
	}
	c.table([]row{
		{"alice", "POST", "/invitations", body("bob@contoso.com"), 400, "BadRequest"},
		{"alice", "POST", "/invitations", body("dana"), 400, "BadRequest"},
		{"alice", "POST", "/invitations", `{"invitedUserEmailAddress":"x@example.org"}`, 400, "BadRequest"},
		{"alice", "POST", "/invitations", strings.Replace(body("x@example.org"), "{", `{"invitedUserType":"Member",`, 1), 403, "Authorization_RequestDenied"},
		{"carol", "POST", "/invitations", body("x@example.org"), 403, "Authorization_RequestDenied"},
	})
}
