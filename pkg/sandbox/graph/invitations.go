package graph

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// invite makes a guest of somebody who is at home elsewhere. No mail is sent:
// the address in the answer is all there is.
func (s *Server) invite(c *call) (*reply, error) {
	in := struct {
		InvitedUserEmailAddress string `json:"invitedUserEmailAddress"`
		InvitedUserDisplayName  string `json:"invitedUserDisplayName"`
		InvitedUserType         string `json:"invitedUserType"`
		InviteRedirectURL       string `json:"inviteRedirectUrl"`
		SendInvitationMessage   bool   `json:"sendInvitationMessage"`
	}{InvitedUserType: "Guest"}
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	name, domain, _ := strings.Cut(in.InvitedUserEmailAddress, "@")
	where, err := url.Parse(in.InviteRedirectURL)
	switch {
	case name == "" || !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@ #"):
		return nil, failure(http.StatusBadRequest, "BadRequest", "The invited user email address is not valid.")
	case err != nil || where.Host == "" || where.Scheme != "https" && where.Scheme != "http":
		return nil, failure(http.StatusBadRequest, "BadRequest", "The property inviteRedirectUrl is required and must be an address.")
	case in.InvitedUserType != "Guest" && in.InvitedUserType != "Member":
		return nil, failure(http.StatusBadRequest, "BadRequest", "The property invitedUserType must be Guest or Member.")
	case in.InvitedUserType == "Member" && !s.mayChange(c, "", "User.ReadWrite.All"):
		return nil, denied()
	}
	u, err := c.tenant.Invite(in.InvitedUserEmailAddress, in.InvitedUserDisplayName, in.InvitedUserType)
	if errors.Is(err, directory.ErrConflict) {
		return nil, failure(http.StatusBadRequest, "BadRequest", "The invited user already exists in the directory as member: %s.", in.InvitedUserEmailAddress)
	}
	if err != nil {
		return nil, err
	}
	status := "PendingAcceptance"
	if u.ExternalUserState != nil {
		status = *u.ExternalUserState
	}
	redeem := wire.URL(c.Request, wire.Login) + "/redeem?" + url.Values{"tenant": {string(c.tenant.ID)}, "user": {string(u.ID)}}.Encode()
	return &reply{http.StatusCreated, map[string]any{
		"@odata.context": wire.Base(c.Request) + version + "/$metadata#invitations/$entity", "id": directory.ID("invitation", string(u.ID)),
		"inviteRedeemUrl": redeem, "inviteRedirectUrl": in.InviteRedirectURL, "invitedUserDisplayName": u.DisplayName,
		"invitedUserEmailAddress": in.InvitedUserEmailAddress, "invitedUserType": u.UserType, "resetRedemption": false,
		"sendInvitationMessage": in.SendInvitationMessage, "status": status,
		"invitedUserMessageInfo": map[string]any{"messageLanguage": nil, "customizedMessageBody": nil,
			"ccRecipients": []any{map[string]any{"emailAddress": map[string]any{"name": nil, "address": nil}}}},
		"invitedUser": map[string]any{"id": u.ID},
	}}, nil
}
