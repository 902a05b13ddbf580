package main

import (
	"context"
	"fmt"
	"strconv"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Let somebody sign in; prints a first password."`
	List     userListCommand     `cmd:"" help:"List who may sign in."`
	Role     userRoleCommand     `cmd:"" help:"Give somebody another role."`
	Password userPasswordCommand `cmd:"" help:"Give somebody a new password, which is printed."`
	Disable  userDisableCommand  `cmd:"" help:"Keep somebody from signing in."`
	Enable   userEnableCommand   `cmd:"" help:"Let somebody sign in again."`
}

type userAddCommand struct {
	Email string `arg:"" help:"E-mail address to sign in with."`
	Name  string `help:"Name." required:""`
	Role  string `help:"Role: rep, manager, analyst, operations, director, vp, finance, administrator, owner, or one of the company (default ${default})." default:"operations"`
}

func (u *userAddCommand) Run(ctx context.Context, c *common, s *streams) error {
	password := identity.NewPassword()
	err := c.write(ctx, s, func(tx *db.Tx) error {
		_, err := identity.CreateLogin(ctx, tx, identity.LoginNew{Name: u.Name, Email: u.Email, Role: u.Role, Password: password})
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s may sign in as %s with the password %s\n", u.Email, u.Role, password)
	return err
}

type userListCommand struct{ formatFlag }

func (u *userListCommand) Run(ctx context.Context, c *common, s *streams) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	var logins []identity.Login
	err = d.Read(ctx, func(tx *db.Tx) error {
		logins, err = identity.ListLogins(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	t := table{header: []string{"email", "name", "role", "since", "disabled"}}
	for _, l := range logins {
		t.rows = append(t.rows, []string{l.Email, l.Name, l.Role, l.CreatedAt.Time().Format("2006-01-02"), strconv.FormatBool(l.Disabled)})
	}
	return u.print(s.out, t, logins)
}

type userRoleCommand struct {
	Email string `arg:"" help:"E-mail address that the person signs in with."`
	Role  string `arg:"" help:"Role, as of user add."`
}

func (u *userRoleCommand) Run(ctx context.Context, c *common, s *streams) error {
	return c.write(ctx, s, func(tx *db.Tx) error {
		login, err := identity.FindLogin(ctx, tx, u.Email)
		if err != nil {
			return err
		}
		return identity.ChangeRole(ctx, tx, login.Person, u.Role)
	})
}

type userPasswordCommand struct {
	Email string `arg:"" help:"E-mail address that the person signs in with."`
}

func (u *userPasswordCommand) Run(ctx context.Context, c *common, s *streams) error {
	password := identity.NewPassword()
	if err := c.write(ctx, s, func(tx *db.Tx) error { return identity.SetPassword(ctx, tx, u.Email, password) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "The password of %s is now %s\n", u.Email, password)
	return err
}

type userDisableCommand struct {
	Email string `arg:"" help:"E-mail address that the person signs in with."`
}

func (u *userDisableCommand) Run(ctx context.Context, c *common, s *streams) error {
	return c.write(ctx, s, func(tx *db.Tx) error { return identity.DisableLogin(ctx, tx, u.Email, true) })
}

type userEnableCommand struct {
	Email string `arg:"" help:"E-mail address that the person signs in with."`
}

func (u *userEnableCommand) Run(ctx context.Context, c *common, s *streams) error {
	return c.write(ctx, s, func(tx *db.Tx) error { return identity.DisableLogin(ctx, tx, u.Email, false) })
}

// write opens the database and runs one transaction of the command line's user.
func (c *common) write(ctx context.Context, s *streams, fn func(*db.Tx) error) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Write(ctx, db.TxInfo{Actor: value.System("command line"), Source: "command line"}, fn)
}
