package factory

import "github.com/spf13/cobra"

// Authenticator is what the command line says of the cluster's authenticator.
type Authenticator struct {
	Kind          string
	Configuration string // file of an AuthenticationConfiguration
	// The prefixes count where they were given, "" too.
	UserPrefix, GroupPrefix *string
}

// Words are the flags again, for commands that are handed out.
func (a Authenticator) Words() []string {
	var words []string
	for _, w := range []struct{ flag, value string }{{"authenticator", a.Kind}, {"authentication-config", a.Configuration}} {
		if w.value != "" {
			words = append(words, "--"+w.flag+"="+w.value)
		}
	}
	if a.UserPrefix != nil {
		words = append(words, "--username-prefix="+*a.UserPrefix)
	}
	if a.GroupPrefix != nil {
		words = append(words, "--groups-prefix="+*a.GroupPrefix)
	}
	return words
}

// AddNamingFlags adds the flags of the commands that name principals as the
// cluster does.
func (f *Factory) AddNamingFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	a := &f.Authenticator
	flags.StringVar(&a.Kind, "authenticator", "", "`KIND` of the cluster's authenticator: aks, apps or aks-jwt (default: looks)")
	flags.StringVar(&a.Configuration, "authentication-config", "", "`FILE` with the cluster's AuthenticationConfiguration")
	flags.Var(&given{&a.UserPrefix}, "username-prefix", "`TEXT` that the cluster puts before the names of users")
	flags.Var(&given{&a.GroupPrefix}, "groups-prefix", "`TEXT` that the cluster puts before the ids of groups")
}

// given is a text that may be empty and may be absent.
type given struct{ to **string }

// Set implements pflag.Value.
func (g *given) Set(s string) error {
	*g.to = &s
	return nil
}

// String implements pflag.Value.
func (g *given) String() string {
	if g.to == nil || *g.to == nil {
		return ""
	}
	return **g.to
}

// Type implements pflag.Value.
func (*given) Type() string { return "string" }
