package main

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/oabridge/oabridge/config"
)

// mysqlTrouble is what one of the server's error numbers says about the DSN.
type mysqlTrouble struct {
	numbers []uint16
	trouble
}

// mysqlTroubles are the errors of MySQL and MariaDB that the operator can do something about. what is a format for the
// server's address, the user and the database, in this order.
var mysqlTroubles = []mysqlTrouble{
	{[]uint16{1045, 1698, 1820, 1862, 3118, 4151}, trouble{ // refused, password expired, account locked
		"the server %[1]s refuses the login of user %[2]q · 数据库用户名或密码错误",
		"check user and password in database.dsn (or dsn_file) · 检查 database.dsn（或 dsn_file）里的用户名和密码",
	}},
	{[]uint16{1049}, trouble{
		"the server %[1]s has no database %[3]q · 数据库不存在",
		"create it (CREATE DATABASE … CHARACTER SET utf8mb4) or correct its name in database.dsn · 先建库，或修改 database.dsn 里的库名",
	}},
	{[]uint16{1044, 1142, 1143, 1227, 1370}, trouble{
		"user %[2]q lacks rights in the database %[3]q on %[1]s · 数据库账号权限不足",
		"GRANT ALL on this database to the user of database.dsn: migrations create tables · 请授予该库的全部权限",
	}},
	{[]uint16{1129, 1130}, trouble{
		"the server %[1]s does not accept connections from this host · 数据库拒绝来自本机的连接",
		"allow this host for the user of database.dsn; after many failed connections FLUSH HOSTS · 允许本机连接；失败过多时执行 FLUSH HOSTS",
	}},
	{[]uint16{1040, 1203, 1226}, trouble{
		"the server %[1]s has no connection left · 数据库连接数已满",
		"raise its max_connections or lower database.max_open · 调大 max_connections，或调小 database.max_open",
	}},
	{[]uint16{1193, 1231}, trouble{
		"the server %[1]s does not know a parameter of the DSN · database.dsn 里有服务器不认识的参数",
		"remove what follows the question mark in database.dsn · 删除 database.dsn 问号后面的参数",
	}},
	{[]uint16{1290, 1792, 1836}, trouble{
		"the server %[1]s is read-only · 数据库只读",
		"let database.dsn name the primary server · 让 database.dsn 指向主库",
	}},
}

func troubleOfMySQL(cfg config.Database, err error) trouble {
	dsn, parseErr := mysql.ParseDSN(cfg.DSN.Reveal())
	if parseErr != nil { // the driver's message may quote the DSN, so it stays out
		return trouble{"it is no DSN of MySQL · 不是 MySQL 的连接串", "write user:password@tcp(host:3306)/oabridge · 按此格式填写"}
	}
	if refused, ok := errors.AsType[*mysql.MySQLError](err); ok {
		for _, t := range mysqlTroubles {
			if slices.Contains(t.numbers, refused.Number) {
				return trouble{fmt.Sprintf(t.what, dsn.Addr, dsn.User, dsn.DBName), t.remedy}
			}
		}
	}
	switch {
	case unreachable(err):
		return trouble{
			fmt.Sprintf("no database answers at %s · 数据库无法访问", dsn.Addr),
			"check host and port in database.dsn, that the server runs, and the network between · 检查 database.dsn 的地址和端口、数据库是否运行、网络是否可达",
		}
	case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, mysql.ErrMalformPkt), errors.Is(err, driver.ErrBadConn):
		return trouble{
			fmt.Sprintf("what answers at %s does not speak as MySQL does · 该地址上的服务不是 MySQL", dsn.Addr),
			"check host and port in database.dsn · 检查 database.dsn 的地址和端口",
		}
	}
	return trouble{
		fmt.Sprintf("the database %s on %s cannot be worked with · 数据库无法使用", dsn.DBName, dsn.Addr),
		"check database.dsn and the server's log · 检查 database.dsn 和数据库日志",
	}
}
