package entraid

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

// mends says, for refusals of the server app's sign-in, what is wrong and the
// way to mend it. Text of Entra ID's own is not passed on: it can quote input.
var mends = map[int]string{
	7000215: "the server app's secret is wrong: put the secret's value (not its id) of a current secret into --client-secret-file",
	7000222: "the server app's secret has expired: add a new one to the app registration and put it into --client-secret-file",
	50012:   "the server app's secret is wrong: put a current one into --client-secret-file",
	7000218: "the server app's secret is missing: put it into --client-secret-file",
	700016:  "the server app is not in the tenant: look at --client-id and --tenant-id, and that its service principal exists",
	7000112: "the server app is disabled: enable its service principal",
	90002:   "the tenant was not found: look at --tenant-id and --cloud",
	65001:   "the server app lacks consent: grant it GroupMember.Read.All and User.Read (delegated) for the whole tenant",
	500011:  "Microsoft Graph is not in the tenant: look at --tenant-id and --cloud",
	500133:  "the person's token is too old to act on their behalf: sign in again",
	50013:   "the person's token cannot be exchanged: the server app must be its audience",
	50057:   "the person's account is disabled",
	50076:   "Graph wants multi-factor authentication of the person: sign in again, or use --graph-auth app",
	50079:   "Graph wants multi-factor authentication of the person: sign in again, or use --graph-auth app",
	53003:   "Conditional Access blocks acting on the person's behalf: use --graph-auth app",
}

// busy are the codes with which Entra ID says that it is not our fault.
var busy = map[int]bool{50196: true, 90006: true, 90020: true, 90024: true, 90033: true, 90055: true, 90085: true}

// refusal turns an error answer of the token endpoint into a denial, or into an
// upstream failure where Entra ID itself is in trouble or unreadable.
func refusal(client entra.ClientID, body []byte) error {
	var e struct {
		Error       string `json:"error"`
		Codes       []int  `json:"error_codes"`
		Correlation string `json:"correlation_id"`
	}
	if json.Unmarshal(body, &e) != nil || e.Error == "" {
		return fault.New(fault.Network, "sign in to Microsoft Graph: refused without a readable reason")
	}
	if e.Error == "temporarily_unavailable" || e.Error == "server_error" {
		return fault.Newf(fault.Network, "sign in to Microsoft Graph: %s", e.Error)
	}
	text := fmt.Sprintf("error %.40q", e.Error)
	if len(e.Codes) > 0 {
		if busy[e.Codes[0]] {
			return fault.Newf(fault.Throttled, "sign in to Microsoft Graph: AADSTS%d", e.Codes[0])
		}
		text = fmt.Sprintf("AADSTS%d", e.Codes[0])
		if mend := mends[e.Codes[0]]; mend != "" {
			text += ": " + mend
		}
	}
	if entra.IsGUID(e.Correlation) && !strings.Contains(text, e.Correlation) {
		text += " (Entra ID's correlation " + e.Correlation + ")"
	}
	return webhook.Deny("too many groups for the token, and server app %s cannot look them up: %s", client, text)
}

func isDenial(err error) bool {
	var denial *webhook.Denial
	return errors.As(err, &denial)
}
