package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Info is the content of sandbox.json.
type Info struct {
	Tenants      []Tenant  `json:"tenants"`
	Subscription string    `json:"subscription"`
	Endpoints    Endpoints `json:"endpoints"`
	CA           string    `json:"ca"` // absolute path of ca.pem
	Users        []User    `json:"users"`
	Groups       []Group   `json:"groups"`
	Apps         Apps      `json:"apps"`
}

// Tenant is one of the sandbox's two.
type Tenant struct {
	ID     entra.TenantID `json:"id"`
	Domain string         `json:"domain"`
}

// Endpoints are the addresses of the services, without a slash at the end.
type Endpoints struct {
	Login  string `json:"login"`
	Graph  string `json:"graph"`
	ARM    string `json:"arm"`
	Portal string `json:"portal"`
}

// User is somebody whom one can play.
type User struct {
	Name       string         `json:"name"`
	UPN        string         `json:"upn"`
	SignInName string         `json:"signInName"`
	ObjectID   entra.ObjectID `json:"objectId"`
	Password   string         `json:"password"`
	Tenant     entra.TenantID `json:"tenant"`
	Kind       string         `json:"kind"` // member or guest
	Disabled   bool           `json:"disabled"`
}

// Group is a group that is there from the beginning.
type Group struct {
	DisplayName string         `json:"displayName"`
	ObjectID    entra.ObjectID `json:"objectId"`
}

// Apps are the client ids of the applications that are there from the beginning.
type Apps struct {
	AKSServer entra.ClientID `json:"aksServer"`
	AKSClient entra.ClientID `json:"aksClient"`
	AzureCLI  entra.ClientID `json:"azureCli"`
	CIBot     entra.ClientID `json:"ciBot"` // its secret is in ci-bot.secret
}

// armAudience is the audience of ARM's tokens, here as in the public cloud.
const armAudience = "https://management.core.windows.net/"

// subscription is the one subscription, which belongs to contoso.com.
func subscription() string { return directory.ID("subscription", "contoso.com") }

// Info tells who and what is in the sandbox and where it answers.
func (s *Sandbox) Info() Info {
	i := Info{Subscription: subscription(), CA: filepath.Join(s.o.Dir, "ca.pem"),
		Endpoints: Endpoints{Login: s.chassis.Endpoint(wire.Login), Graph: s.chassis.Endpoint(wire.Graph),
			ARM: s.chassis.Endpoint(wire.ARM), Portal: s.chassis.Endpoint(wire.Portal)},
		Apps: Apps{AKSServer: entra.AKSServer, AKSClient: entra.AKSClient, AzureCLI: entra.AzureCLI,
			CIBot: entra.ClientID(directory.ID("client", "ci-bot"))},
	}
	for _, t := range s.directory.Tenants() {
		i.Tenants = append(i.Tenants, Tenant{ID: t.ID, Domain: t.Domains[0]})
	}
	home := s.directory.Tenants()[0]
	for _, name := range []string{"admin", "alice", "bob", "carol", "dave", "erin"} {
		u, ok := home.User(directory.ID("user", string(home.ID), name))
		if !ok {
			continue // deleted in this run
		}
		i.Users = append(i.Users, User{Name: name, UPN: u.UserPrincipalName, SignInName: u.Person.SignInName, ObjectID: u.ID,
			Password: u.Person.Password, Tenant: home.ID, Kind: strings.ToLower(u.UserType), Disabled: !u.AccountEnabled})
	}
	for _, name := range []string{"platform-team", "platform-oncall", "auditors", "all-staff"} {
		if g, ok := home.Group(entra.ObjectID(directory.ID("group", string(home.ID), name))); ok {
			i.Groups = append(i.Groups, Group{DisplayName: g.DisplayName, ObjectID: g.ID})
		}
	}
	return i
}

// writeFiles leaves in the folder what others find the sandbox by.
func (s *Sandbox) writeFiles() error {
	i := s.Info()
	cloud := map[string]string{
		"name":                    "sandbox",
		"activeDirectoryEndpoint": i.Endpoints.Login,
		"microsoftGraphEndpoint":  i.Endpoints.Graph,
		"resourceManagerEndpoint": i.Endpoints.ARM,
		"tokenAudience":           armAudience,
		"caFile":                  "ca.pem",
	}
	cloudJSON, err := json.MarshalIndent(cloud, "", "  ")
	if err != nil {
		return err
	}
	infoJSON, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{"ca.pem", s.chassis.CA()},
		{"ci-bot.secret", []byte(s.directory.BotSecret())},
		{"cloud.json", append(cloudJSON, '\n')},
		{"sandbox.json", append(infoJSON, '\n')}, // last: who waits for it finds the others
	} {
		if err := writeFile(filepath.Join(s.o.Dir, f.name), f.data); err != nil {
			return err
		}
	}
	return nil
}

// writeFile puts a file there whole, readable by its owner only.
func writeFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = tmp.Write(data)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
