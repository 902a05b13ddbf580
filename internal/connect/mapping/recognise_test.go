package mapping

import (
	"strings"
	"testing"
)

// Headers alone, without a telling file name or any row, say what a table is.
func TestRecogniseHeaders(t *testing.T) {
	cases := []struct{ header, source, object string }{
		{"ID,NAME,STAGENAME,CLOSEDATE,AMOUNT,OWNERID,ISDELETED", "salesforce", "deal"},
		{"Id,AccountId,LastName,FirstName,Email,MailingCity", "salesforce", "contact"},
		{"Id,OpportunityId,StageName,Amount,CloseDate,CreatedDate,CreatedById,SystemModstamp", "salesforce", "deal"},
		{"Opportunity ID,Field,OldValue,NewValue,CreatedDate,CreatedById", "salesforce", "deal"},
		{"Opportunity Name,Account Name,Stage,Amount,Close Date,Opportunity Owner", "salesforce", "deal"},
		{"Record ID,Deal Name,Deal Stage,Amount,Close Date,Deal owner", "hubspot", "deal"},
		{"Record ID - Deal,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner", "hubspot", "deal"},
		{"hs_object_id,dealname,dealstage,amount,closedate,hubspot_owner_id", "hubspot", "deal"},
		{"Record ID,First Name,Last Name,Email,Contact owner,Create Date", "hubspot", "contact"},
		{"Record ID,Company name,Company Domain Name,Company owner,Create Date", "hubspot", "account"},
		{"deal_id,name,value,timestamp,source,source_id,_fivetran_synced", "hubspot", "deal"},
		{"Record Id,Deal Owner,Deal Name,Closing Date,Account Name,Stage,Amount", "zoho", "deal"},
		{"Potential Name,Potential Owner,Stage,Amount,Closing Date", "zoho", "deal"},
		{"Record Id,Lead Owner,Company,Last Name,Lead Status,Created Time", "zoho", "lead"},
		{"(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Topic,Est. Close Date,Est. Revenue,Status,Owner", "dynamics", "deal"},
		{"Topic,Potential Customer,Est. Close Date,Est. Revenue,Pipeline Phase,Status Reason,Owner", "dynamics", "deal"},
		{"(Do Not Modify) Contact,(Do Not Modify) Row Checksum,Full Name,Email,Company Name,Business Phone", "dynamics", "contact"},
		{"(Не изменять) Организация,(Не изменять) Контрольная сумма строки,(Не изменять) Дата изменения,Название организации,Основной телефон", "dynamics", "account"},
		{"Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Status,Deal - Won time", "pipedrive", "deal"},
		{"Person - Name,Person - Email - Work,Person - Organization", "pipedrive", "contact"},
		{"Сделка - Название,Сделка - Сумма,Сделка - Этап,Сделка - Статус,Организация - Название", "files", "deal"},
		{"sales_agent,manager,regional_office", "maven", "person"},
		{"Название сделки,Этап сделки,Бюджет,Ответственный,Кем создана сделка,Кем редактирована,Воронка", "amocrm", "deal"},
		{"ID,Стадия сделки,Название сделки,Сумма,Ответственный,Компания: Название компании,Повторная сделка,Группа стадии", "bitrix24", "deal"},
		{"Deal name,Stage,Amount,Close date,Owner", "files", "deal"},
		{"Название сделки,Этап,Сумма,Дата закрытия,Ответственный", "files", "deal"},
		{"First name,Last name,Company,Lead status,Email,Phone", "files", "lead"},
		{"Currency,Date,Rate", "files", "rate"},
		{"Sales rep,Start date,End date,Quota,Currency", "files", "quota"},
		{"Deal ID,Field,Old value,New value,Changed at,Changed by", "files", "deal"},
		{"Activity type,Subject,Due date,Duration,Deal,Contact", "files", "activity"},
		{"Stage,Pipeline,Probability,Position", "files", "stage"},
		// None of ours.
		{"id,title,description,price,rating,image_url", "files", ""},
		{"date,open,high,low,close,volume", "files", ""},
		{"order_id,customer,product,quantity,price,status,shipped_at", "files", ""},
		{"name,value", "files", ""},
		{"Дата,Приход,Расход,Остаток,Комментарий", "files", ""},
		{"user,repo,stars,language,created_at", "files", ""},
		{"case_id,activity,timestamp,resource", "files", ""},
		{"id,name,email,password_hash,created_at,updated_at", "files", ""},
		{"Ticket ID,Subject,Status,Priority,Assignee,Created at", "files", ""},
	}
	for _, c := range cases {
		p := propose(t, []Described{{Name: "export", Header: strings.Split(c.header, ",")}}, Wish{})
		if got := p.Tables[0]; got.Object != c.object || p.Mapping.Source != c.source {
			t.Errorf("%s\nis %s %q (%v), want %s %q", c.header, p.Mapping.Source, got.Object, got.Reason, c.source, c.object)
		}
	}
}

// Plain lists, which other programs keep as well, are asked about; their file's name decides.
func TestAsksAboutPlainLists(t *testing.T) {
	cases := []struct{ header, options, name string }{
		{"Наименование,Сайт,Отрасль,Город,Телефон,Ответственный", "account", "Контрагенты"},
		{"Фамилия,Имя,Эл. почта,Телефон,Компания,Должность,Отдел", "contact", "контакты 2024"},
		{"First name,Last name,Email,Department,Job title", "contact person", "contacts"},
	}
	for _, c := range cases {
		table := Described{Name: "export", Header: strings.Split(c.header, ",")}
		p := propose(t, []Described{table}, Wish{})
		if len(p.Questions) != 1 || p.Questions[0].Code != QuestionObject || strings.Join(p.Questions[0].Options, " ") != c.options+" " {
			t.Errorf("%s\nis taken for %q, asks %+v", c.header, p.Tables[0].Object, p.Questions)
		}
		table.Name = c.name
		object, _, _ := strings.Cut(c.options, " ")
		if p := propose(t, []Described{table}, Wish{}); p.Tables[0].Object != object {
			t.Errorf("%s\ncalled %s is taken for %q: %v", c.header, c.name, p.Tables[0].Object, p.Tables[0].Reason)
		}
	}
}

// One vendor's files name the vendor for all of them.
func TestElect(t *testing.T) {
	p := propose(t, []Described{
		{Name: "deals", Header: strings.Split("Record Id,Deal Name,Stage,Amount,Closing Date,Deal Owner.id", ",")},
		{Name: "accounts", Header: strings.Split("Account Name,Phone,Website,Industry", ",")},
		{Name: "quotas", Header: strings.Split("Sales rep,Start date,End date,Quota", ",")},
	}, Wish{})
	for i, want := range []string{"zoho", "zoho", "generic"} {
		if got := p.Tables[i].Vendor; got != want {
			t.Errorf("%s is %s's, want %s's", p.Tables[i].Name, got, want)
		}
	}
}
