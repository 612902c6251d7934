using System.IO.Hashing;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The name that a manifest gives to a conditional expression: what decides, and a hash of everything.</summary>
internal static class ConditionalName
{
    public static string Of(IManifestExpressionProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
    {
        var words = new StringBuilder();
        foreach (var c in condition.ValueExpression)
        {
            if (char.IsLetterOrDigit(c))
            {
                words.Append(char.ToLowerInvariant(c));
            }
            else if (words.Length > 0 && words[^1] != '-')
            {
                words.Append('-');
            }
        }

        var hash = XxHash32.Hash(Encoding.UTF8.GetBytes(condition.ValueExpression + whenTrue.ValueExpression + whenFalse.ValueExpression + matchValue));
        return $"cond-{words.ToString().TrimEnd('-')}-{Convert.ToHexStringLower(hash)}";
    }
}
