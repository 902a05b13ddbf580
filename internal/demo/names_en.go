package demo

// people are the names that a country's people have.
type people struct {
	men, women, families []string
	feminine             bool // family names have a form for women
}

var english = people{
	men: []string{
		"James", "Robert", "Michael", "David", "Daniel", "Thomas", "Matthew", "Andrew", "Joseph", "Samuel", "Benjamin", "Henry",
		"Nathan", "Oliver", "Ethan", "Marcus", "Victor", "Simon", "Patrick", "Aaron", "Isaac", "Owen", "Leo", "Graham",
	},
	women: []string{
		"Mary", "Jennifer", "Linda", "Elizabeth", "Susan", "Jessica", "Sarah", "Karen", "Emily", "Laura", "Rachel", "Hannah",
		"Olivia", "Grace", "Chloe", "Naomi", "Audrey", "Claire", "Megan", "Diana", "Julia", "Paula", "Fiona", "Alice",
	},
	families: []string{
		"Smith", "Johnson", "Brown", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Moore", "Martin", "Thompson", "White",
		"Clark", "Lewis", "Walker", "Hall", "Young", "King", "Wright", "Hill", "Green", "Baker", "Carter", "Mitchell", "Turner",
		"Phillips", "Campbell", "Parker", "Evans", "Edwards", "Collins", "Stewart", "Morris", "Rogers", "Cook", "Bell", "Murphy",
		"Bailey", "Cooper", "Richardson", "Ward", "Brooks", "Bennett", "Gray", "Hughes", "Price", "Foster", "Sanders", "Ross",
		"Powell", "Sullivan", "Russell", "Hayes", "Fisher", "Graham", "Wallace", "Harper", "Nguyen", "Patel", "Garcia",
	},
}

var german = people{
	men:   []string{"Lukas", "Jonas", "Felix", "Stefan", "Jürgen", "Matthias", "Florian", "Sebastian", "Karsten", "Tobias", "Uwe", "Björn"},
	women: []string{"Anna", "Katrin", "Sabine", "Julia", "Petra", "Heike", "Lena", "Claudia", "Jana", "Ute", "Käthe", "Sophie"},
	families: []string{
		"Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Wagner", "Becker", "Hoffmann", "Schäfer", "Koch", "Bauer", "Richter",
		"Klein", "Wolf", "Schröder", "Neumann", "Braun", "Krüger", "Hartmann", "Lange", "Köhler", "Voß", "Albrecht", "Seidel",
	},
}

var french = people{
	men:   []string{"Julien", "Nicolas", "Pierre", "Antoine", "Étienne", "Mathieu", "Rémi", "Guillaume", "François", "Thierry"},
	women: []string{"Camille", "Hélène", "Sophie", "Aurélie", "Céline", "Nathalie", "Manon", "Élodie", "Isabelle", "Margaux"},
	families: []string{
		"Martin", "Bernard", "Dubois", "Laurent", "Lefèvre", "Moreau", "Girard", "Fontaine", "Mercier", "Chevalier", "Gauthier",
		"Perrin", "Barbier", "Lemaître", "Renaud", "Marchand", "Dufour", "Blanchard", "Rousseau", "Colin",
	},
}

var swedish = people{
	men:   []string{"Erik", "Lars", "Anders", "Johan", "Nils", "Oskar", "Gustav", "Håkan"},
	women: []string{"Karin", "Ingrid", "Elsa", "Maja", "Åsa", "Linnea", "Birgitta", "Frida"},
	families: []string{
		"Andersson", "Johansson", "Karlsson", "Nilsson", "Eriksson", "Lindqvist", "Bergström", "Sandberg", "Forsberg", "Åkesson",
		"Lundgren", "Sjöberg", "Holm", "Ekström",
	},
}

// Companies outside Russia and the CIS are called by two words of their own and one of their trade.
var (
	companyFirst = []string{
		"Amber", "Silver", "Golden", "Crimson", "Emerald", "Cobalt", "Ivory", "Scarlet", "Granite", "Copper", "Marble", "Velvet",
		"Northern", "Southern", "Eastern", "Western", "Central", "Coastal", "Alpine", "Prairie", "Highland", "Lakeside", "Urban",
		"Grand", "Prime", "True", "Bright", "Clear", "Swift", "Quiet", "Bold", "Noble", "Rapid", "Steady", "Lucky", "Early",
		"Hidden", "Open", "Royal", "Twin", "Triple", "Seventh", "Autumn", "Winter", "Summer", "Morning", "Evening", "Lunar",
	}
	companySecond = []string{
		"Harbor", "Ridge", "Valley", "Summit", "Meadow", "River", "Canyon", "Forest", "Island", "Bridge", "Anchor", "Lantern",
		"Compass", "Falcon", "Heron", "Otter", "Badger", "Cedar", "Maple", "Willow", "Juniper", "Orchard", "Garden", "Mill",
		"Forge", "Anvil", "Beacon", "Signal", "Harvest", "Horizon", "Pioneer", "Voyage", "Quarry", "Pebble", "Crystal", "Feather",
		"Arrow", "Shield", "Crown", "Tower", "Gate", "Field", "Brook", "Spring", "Shore", "Cliff", "Peak", "Delta",
	}
	companyTrade = []trade{
		{"Logistics", "Logistics"}, {"Freight", "Logistics"}, {"Software", "Technology"}, {"Data Systems", "Technology"},
		{"Networks", "Telecom"}, {"Foods", "Food and beverage"}, {"Bakeries", "Food and beverage"}, {"Pharma", "Healthcare"},
		{"Clinics", "Healthcare"}, {"Medical", "Healthcare"}, {"Insurance", "Finance"}, {"Capital", "Finance"}, {"Leasing", "Finance"},
		{"Energy", "Energy"}, {"Solar", "Energy"}, {"Construction", "Construction"}, {"Homes", "Construction"}, {"Textiles", "Manufacturing"},
		{"Machinery", "Manufacturing"}, {"Packaging", "Manufacturing"}, {"Retail", "Retail"}, {"Outfitters", "Retail"},
		{"Media", "Media"}, {"Learning", "Education"}, {"Hotels", "Hospitality"},
	}
)

// trade is what a company does: the word in its name, and the industry that it is filed under.
type trade struct{ word, industry string }

// jobs are the titles of contacts, with their departments.
var jobs = []job{
	{"Chief Executive Officer", "Management"}, {"Chief Financial Officer", "Finance"}, {"Head of Procurement", "Procurement"},
	{"Purchasing Manager", "Procurement"}, {"IT Director", "IT"}, {"Head of Infrastructure", "IT"}, {"Operations Manager", "Operations"},
	{"VP of Sales", "Sales"}, {"Sales Operations Lead", "Sales"}, {"Marketing Director", "Marketing"}, {"Data Analyst", "IT"},
	{"Finance Controller", "Finance"}, {"HR Director", "Human resources"}, {"Project Manager", "Operations"},
}

type job struct{ title, department string }

// nicknames are how people shorten first names; the planted duplicates use them.
var nicknames = map[string]string{
	"James": "Jim", "Robert": "Bob", "Michael": "Mike", "David": "Dave", "Daniel": "Dan", "Thomas": "Tom", "Matthew": "Matt",
	"Andrew": "Andy", "Joseph": "Joe", "Samuel": "Sam", "Benjamin": "Ben", "Nathan": "Nate", "Victor": "Vic", "Patrick": "Pat",
	"Jennifer": "Jen", "Elizabeth": "Liz", "Susan": "Sue", "Jessica": "Jess", "Rachel": "Rach", "Megan": "Meg",
	"Lukas": "Luke", "Sebastian": "Basti", "Matthias": "Matze", "Nicolas": "Nico",
	"Александр": "Саша", "Алексей": "Лёша", "Дмитрий": "Дима", "Сергей": "Серёжа", "Михаил": "Миша", "Николай": "Коля",
	"Екатерина": "Катя", "Анастасия": "Настя", "Мария": "Маша", "Наталья": "Наташа", "Татьяна": "Таня", "Елена": "Лена",
}
