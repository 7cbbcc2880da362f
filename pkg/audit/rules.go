package audit

// Severity says how much a finding matters.
type Severity string

// The severities: an error keeps somebody out or names nobody, a warning is a
// matter of care.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Rule is something that is looked for. Its ID is stable: people and CI refer
// to it.
type Rule struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
	Why      string   `json:"why"`
}

// The ids of the rules.
const (
	GuestByName      = "guest-by-name"
	MemberByObjectID = "member-by-object-id"
	NameSpelling     = "name-spelling"
	PersonByMail     = "person-by-mail"
	GroupByName      = "group-by-name"
	AppByClientID    = "app-by-client-id"
	AppByObjectID    = "app-by-application-object-id"
	WrongKind        = "wrong-kind"
	UnknownPrincipal = "unknown-principal"
	Disabled         = "disabled-principal"
	NotInTokens      = "group-not-in-tokens"
	MissingRole      = "missing-role"
	ExpiredGrant     = "expired-grant"
	ClusterAdmin     = "direct-cluster-admin"
)

// Rules lists everything that Lint looks for.
var Rules = []Rule{
	{GuestByName, Error, "somebody is bound by a name whom the cluster knows by object id", "A guest's tokens carry no upn, nor do those of a server app with v2 tokens by themselves."},
	{MemberByObjectID, Error, "a member is bound by the object id", "A member's tokens carry the upn, and most clusters prefer it to the object id."},
	{NameSpelling, Error, "a name is spelt otherwise than in tokens", "RBAC compares names letter by letter."},
	{PersonByMail, Error, "a person is bound by a mail address", "Tokens name people by their sign-in name (UPN), which is not always the mail address."},
	{GroupByName, Error, "a group is bound by a name", "Tokens name groups by their object id."},
	{AppByClientID, Error, "an application is bound by its client id", "Clusters know an application by the object id of its service principal."},
	{AppByObjectID, Error, "an application is bound by the object id of its app registration", "Clusters know an application by the object id of its service principal, which is another one."},
	{WrongKind, Error, "the subject's kind is not what the name stands for", "A person's name in a Group, or a group's in a User, matches nobody."},
	{UnknownPrincipal, Error, "the directory knows nobody of that name", "Deleted, renamed, or of another tenant. Whoever gets that name later gets the access with it."},
	{Disabled, Warning, "somebody is bound who cannot sign in", "The access comes back with the account."},
	{NotInTokens, Warning, "a group is bound that may be in no token", "Only security groups are, unless the server app asks for all groups."},
	{MissingRole, Error, "the role does not exist", "The binding gives nothing now, and whatever a role of that name will hold later."},
	{ExpiredGrant, Error, "the grant has expired", "Nothing in the cluster enforces the date: the access is still there."},
	{ClusterAdmin, Warning, "a person is cluster-admin by name", "Bind a group instead: who is in it can be reviewed, and leaves with the job."},
}

// FindRule returns a rule by its id.
func FindRule(id string) (Rule, bool) {
	for _, r := range Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}
