namespace Godzilla.Inference.Budgets;

/// <summary>What is limited.</summary>
internal enum BudgetLimit
{
    RequestsPerMinute,
    TokensPerMinute,
    TokensPerMonth,
    MoneyPerMonth,
}

/// <summary>Whose budget it is.</summary>
internal enum BudgetOwner
{
    User,
    Key,
}
