using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with holes, which are filled with values once they are known.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    /// <summary>No text at all.</summary>
    public static readonly ReferenceExpression Empty = new("", [], []);

    private readonly string?[] _formats;

    private ReferenceExpression(string format, IValueProvider[] valueProviders, string?[] formats)
    {
        Format = format;
        ValueProviders = valueProviders;
        _formats = formats;
    }

    private ReferenceExpression(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
        : this("", [], [])
    {
        Condition = condition;
        MatchValue = matchValue;
        WhenTrue = whenTrue;
        WhenFalse = whenFalse;
    }

    /// <summary>The text, as <see cref="string.Format(string, object?[])"/> takes it, with a hole for each of <see cref="ValueProviders"/>.</summary>
    public string Format { get; }

    /// <summary>What fills the holes.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>For each hole, how its value is encoded: <c>uri</c> or nothing.</summary>
    public IReadOnlyList<string?> StringFormats => _formats;

    /// <summary>The expressions that fill the holes in a manifest.</summary>
    public IReadOnlyList<string> ManifestExpressions => [.. ValueProviders.Select(p => ((IManifestExpressionProvider)p).ValueExpression)];

    /// <summary>What decides between <see cref="WhenTrue"/> and <see cref="WhenFalse"/>.</summary>
    public IValueProvider? Condition { get; }

    /// <summary>The value of <see cref="Condition"/> for which <see cref="WhenTrue"/> is taken.</summary>
    public string? MatchValue { get; }

    /// <summary>Whether this is a choice between two expressions.</summary>
    public bool IsConditional => Condition is not null;

    /// <summary>The expression when <see cref="Condition"/> has the value <see cref="MatchValue"/>.</summary>
    public ReferenceExpression? WhenTrue { get; }

    /// <summary>The expression otherwise.</summary>
    public ReferenceExpression? WhenFalse { get; }

    /// <inheritdoc />
    public string ValueExpression => IsConditional
        ? throw new NotSupportedException("A conditional expression has no place in a manifest that this build writes.")
        : string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => IsConditional ? [Condition!, WhenTrue!, WhenFalse!] : ValueProviders;

    /// <summary>Creates an expression from an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.ToExpression();

    /// <summary>Creates a choice between two expressions.</summary>
    public static ReferenceExpression CreateConditional(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse) =>
        new(condition, matchValue, whenTrue, whenFalse);

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        if (Condition is not null)
        {
            var value = await Condition.GetValueAsync(context, cancellationToken);
            var chosen = string.Equals(value, MatchValue, StringComparison.OrdinalIgnoreCase) ? WhenTrue! : WhenFalse!;
            return await chosen.GetValueAsync(context, cancellationToken);
        }

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(context, cancellationToken);
            values[i] = Encode(value, _formats[i]);
        }

        // One hole and nothing else: a missing value stays missing.
        return values is [var only] && Format == "{0}" ? (string?)only : string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    private static string? Encode(string? value, string? format) => format switch
    {
        null => value,
        "uri" => value is null ? null : Uri.EscapeDataString(value),
        _ => throw new FormatException($"'{format}' is not a format of a reference expression; 'uri' is."),
    };

    /// <summary>Gathers the literals and holes of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly Parts _parts;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
        {
            _ = literalLength + formattedCount;
            _parts = new Parts();
        }

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => _parts.Literal(value);

        /// <summary>Adds text.</summary>
        public readonly void AppendFormatted(string? value) => _parts.Literal(value);

        /// <summary>Adds text, encoded as <paramref name="format"/> says.</summary>
        public readonly void AppendFormatted(string? value, string? format = null) => _parts.Literal(Encode(value, format));

        /// <summary>Adds a hole.</summary>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => _parts.Hole(valueProvider, null);

        /// <summary>Adds a hole whose value is encoded as <paramref name="format"/> says.</summary>
        public void AppendFormatted<T>(T valueProvider, string? format = null)
            where T : IValueProvider, IManifestExpressionProvider => _parts.Hole(valueProvider, format);

        /// <summary>Adds a hole for a resource's value.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => _parts.Hole(valueProvider.Resource, null);

        /// <summary>Adds a hole for a resource's value, encoded as <paramref name="format"/> says.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider => _parts.Hole(valueProvider.Resource, format);

        internal readonly ReferenceExpression ToExpression() => _parts.ToExpression();
    }

    /// <summary>The growing expression behind the interpolated-string handlers and the builder.</summary>
    internal sealed class Parts
    {
        private readonly StringBuilder _format = new();
        private readonly List<IValueProvider> _providers = [];
        private readonly List<string?> _formats = [];

        public bool IsEmpty => _format.Length == 0;

        public void Literal(string? value) => _format.Append(value?.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        public void EncodedLiteral(string? value, string? format) => Literal(Encode(value, format));

        public void Hole(IValueProvider provider, string? format)
        {
            _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
            _providers.Add(provider);
            _formats.Add(format);
        }

        public ReferenceExpression ToExpression() => new(_format.ToString(), [.. _providers], [.. _formats]);
    }
}
