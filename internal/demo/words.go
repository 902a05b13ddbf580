package demo

// What people write into deals, leads and activities.
var (
	nextSteps = []string{
		"Call the CFO about the budget", "Send the revised quote", "Book a demo with the team", "Wait for the legal review",
		"Follow up after the holiday", "Agree on the pilot's scope", "Get the security questionnaire", "Meet the decision maker",
		"Confirm the number of seats", "Send references", "Prepare the business case", "Check the delivery date",
	}
	nextStepsRu = []string{
		"Позвонить финансовому директору по бюджету", "Отправить обновлённое предложение", "Назначить демонстрацию", "Ждём юристов",
		"Вернуться после праздников", "Согласовать объём пилота", "Заполнить анкету безопасности", "Встретиться с ЛПР",
		"Уточнить число рабочих мест", "Прислать отзывы клиентов", "Подготовить обоснование", "Проверить срок поставки",
	}

	lostReasons       = []string{"Price", "Competitor", "No budget", "Missing feature", "Bad fit", "Bad timing"}
	lostReasonShares  = []float64{0.27, 0.24, 0.18, 0.13, 0.10, 0.08}
	noDecisionReasons = []string{"No response", "Project postponed", "Priorities changed"}

	leadLostStatuses = []string{"Unqualified", "Unqualified", "Nurturing", "No response"}

	subjects = map[string][]string{
		"call":    {"Discovery call", "Follow-up call", "Pricing call", "Check-in call"},
		"email":   {"Proposal", "Meeting notes", "Answers to your questions", "Introduction", "Next steps"},
		"meeting": {"Product demo", "Kick-off meeting", "Contract review", "Workshop"},
		"task":    {"Prepare the quote", "Update the record", "Send references", "Check the contract"},
	}
	subjectsRu = map[string][]string{
		"call":    {"Первый звонок", "Повторный звонок", "Звонок по цене", "Звонок-напоминание"},
		"email":   {"Коммерческое предложение", "Итоги встречи", "Ответы на вопросы", "Знакомство", "Следующие шаги"},
		"meeting": {"Демонстрация продукта", "Установочная встреча", "Обсуждение договора", "Рабочая встреча"},
		"task":    {"Подготовить предложение", "Обновить карточку", "Отправить отзывы", "Проверить договор"},
	}
)
