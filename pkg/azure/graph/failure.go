package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// permission is what a call needs of Microsoft Graph: the name under which an
// application or a client is granted it, and the directory role that gives a
// person the same (Graph permissions reference, least privileged).
type permission struct{ name, role string }

// The permissions that this room's calls need.
var (
	readUsers   = permission{"User.Read.All", "Directory Readers"}
	readGroups  = permission{"GroupMember.Read.All", "Directory Readers"}
	writeGroups = permission{"Group.ReadWrite.All", "Groups Administrator"}
	readObjects = permission{"Directory.Read.All", "Directory Readers"}
	readApps    = permission{"Application.Read.All", "Directory Readers"}
	writeApps   = permission{"Application.ReadWrite.All", "Application Administrator"}
	readGrants  = permission{"Directory.Read.All", "Directory Readers"}
	writeScopes = permission{"DelegatedPermissionGrant.ReadWrite.All", "Cloud Application Administrator"}
	writeRoles  = permission{"AppRoleAssignment.ReadWrite.All", "Privileged Role Administrator"}
	readMe      = permission{"User.Read", "no role: every user has it"}
	readTheOrg  = permission{"Organization.Read.All", "Directory Readers"}
)

// maxErrorText is how many bytes of Graph's own message are repeated.
const maxErrorText = 600

func (p permission) hint() string {
	return fmt.Sprintf("this needs %s of Microsoft Graph: ask an administrator for the role %q, or for an application a Privileged Role Administrator for consent to %s",
		p.name, p.role, p.name)
}

// answerError is the body of every refusal.
type answerError struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// refused turns an answer that is not a success into a fault. Graph's message
// is repeated, cleaned; a proxy's HTML page is not.
func refused(q call, resp *http.Response, body []byte) error {
	var said answerError
	text := http.StatusText(resp.StatusCode)
	if json.Unmarshal(body, &said) == nil && said.Error.Code+said.Error.Message != "" {
		text = strings.Trim(said.Error.Code+": "+said.Error.Message, ": ")
		text = safetext.Clean(strings.ToValidUTF8(text[:min(len(text), maxErrorText)], ""))
	}
	err := &fault.Error{Op: q.op, Kind: fault.Failure, Err: &statusError{
		status: resp.StatusCode, code: said.Error.Code,
		text: fmt.Sprintf("Microsoft Graph answers %d: %s", resp.StatusCode, text),
	}}
	if kind, known := meaning(text); known && resp.StatusCode < 500 {
		err.Kind = kind
		return err
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		err.Kind = fault.Forbidden
		err.Hints = []string{"Microsoft Graph does not accept this sign-in: sign in again, to the tenant that is meant"}
	case http.StatusForbidden:
		err.Kind = fault.Forbidden
		err.Hints = []string{q.needs.hint()}
	case http.StatusNotFound:
		err.Kind = fault.NotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		err.Kind = fault.Conflict
	case http.StatusTooManyRequests:
		err.Kind = fault.Throttled
		err.Hints = []string{waitHint(resp)}
	case http.StatusProxyAuthRequired:
		err.Kind = fault.Network
		err.Hints = []string{"the proxy wants a sign-in: see HTTPS_PROXY"}
	default:
		if resp.StatusCode >= 500 {
			err.Kind = fault.Network
			err.Hints = supportHint(resp)
		}
	}
	return err
}

// texts are refusals whose status tells less than their message: what was
// just made is not known everywhere yet, or what is to be made is there.
var texts = []struct {
	part string
	kind fault.Kind
}{
	{"does not reference a valid application object", fault.NotFound},
	{"must in the local tenant", fault.NotFound},
	{"Not a valid reference update", fault.NotFound},
	{"reference-property objects are not present", fault.NotFound},
	{"already exists", fault.Conflict},
	{"already in use", fault.Conflict},
}

func meaning(text string) (fault.Kind, bool) {
	for _, t := range texts {
		if strings.Contains(text, t.part) {
			return t.kind, true
		}
	}
	return 0, false
}

func waitHint(resp *http.Response) string {
	if after := safetext.Clean(resp.Header.Get("Retry-After")); after != "" {
		return "try again after " + after + " seconds"
	}
	return "try again in some minutes"
}

func supportHint(resp *http.Response) []string {
	if id := safetext.Clean(resp.Header.Get("request-id")); id != "" {
		return []string{"if it lasts, tell Microsoft's support this request id: " + id}
	}
	return nil
}

// statusError keeps an answer's status and code for the rules of this room.
type statusError struct {
	status     int
	code, text string
}

func (e *statusError) Error() string { return e.text }

// isStatus reports whether err is an answer with that HTTP status.
func isStatus(err error, status int) bool {
	var s *statusError
	return errors.As(err, &s) && s.status == status
}

// unreached turns the failure to get an answer into a fault: the token
// source's own faults keep their kind.
func (c *Client) unreached(ctx context.Context, q call, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fault.Wrap(fault.Cancelled, q.op, err)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.Wrap(f.Kind, q.op, err)
	}
	return fault.Wrap(fault.Network, q.op, err,
		fmt.Sprintf("is %s reachable from here? a proxy is taken from HTTPS_PROXY", c.base.Host))
}
