using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with holes that are filled with values once these are known.</summary>
public class ReferenceExpression : IExpressionValue
{
    /// <summary>Nothing.</summary>
    public static readonly ReferenceExpression Empty = new("", [], []);

    private readonly string?[] _formats;

    private ReferenceExpression(string format, IValueProvider[] valueProviders, string?[] formats)
    {
        Format = format;
        ValueProviders = valueProviders;
        _formats = formats;
    }

    private ReferenceExpression(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
        : this("", [.. whenTrue.ValueProviders, .. whenFalse.ValueProviders], [])
    {
        Condition = condition;
        MatchValue = matchValue;
        WhenTrue = whenTrue;
        WhenFalse = whenFalse;
        Name = ConditionalName.Of((IManifestExpressionProvider)condition, matchValue, whenTrue, whenFalse);
    }

    /// <summary>The text, as <see cref="string.Format(string, object?[])"/> takes it, with a hole for each of <see cref="ValueProviders"/>.</summary>
    public string Format { get; }

    /// <summary>What fills the holes.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>How the value for each hole is encoded; null for not at all.</summary>
    public IReadOnlyList<string?> StringFormats => _formats;

    /// <summary>Whether it is one of two expressions, by a condition.</summary>
    public bool IsConditional => Condition is not null;

    /// <summary>The value that decides, if it <see cref="IsConditional"/>.</summary>
    public IValueProvider? Condition { get; }

    /// <summary>What the <see cref="Condition"/> has to be for <see cref="WhenTrue"/>.</summary>
    public string? MatchValue { get; }

    /// <summary>What it is when the <see cref="Condition"/> is <see cref="MatchValue"/>.</summary>
    public ReferenceExpression? WhenTrue { get; }

    /// <summary>What it is otherwise.</summary>
    public ReferenceExpression? WhenFalse { get; }

    /// <inheritdoc />
    public string ValueExpression => IsConditional ? $"{{{Name}.connectionString}}" :
        string.Format(CultureInfo.InvariantCulture, Format, [.. ValueProviders.Select(p => ((IManifestExpressionProvider)p).ValueExpression)]);

    /// <summary>Creates an expression from an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.ToExpression();

    /// <summary>The name of its entry in a manifest, if it <see cref="IsConditional"/>.</summary>
    internal string? Name { get; }

    /// <summary>Creates an expression that is one of two.</summary>
    /// <param name="condition">The value that decides.</param>
    /// <param name="matchValue">What it has to be for <paramref name="whenTrue"/>, in any case.</param>
    /// <param name="whenTrue">The expression then.</param>
    /// <param name="whenFalse">The expression otherwise.</param>
    public static ReferenceExpression CreateConditional(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentException.ThrowIfNullOrEmpty(matchValue);
        ArgumentNullException.ThrowIfNull(whenTrue);
        ArgumentNullException.ThrowIfNull(whenFalse);
        return new(condition, matchValue, whenTrue, whenFalse);
    }

    /// <inheritdoc />
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        if (IsConditional)
        {
            return await (await ChooseAsync(cancellationToken)).GetValueAsync(cancellationToken);
        }

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(cancellationToken);
            values[i] = Encode(value, _formats[i]);
        }

        // One hole and nothing else: a missing value stays missing.
        return values is [var only] && Format == "{0}" ? (string?)only : string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>The expression that it is, of the two.</summary>
    internal async ValueTask<ReferenceExpression> ChooseAsync(CancellationToken cancellationToken) =>
        string.Equals(await Condition!.GetValueAsync(cancellationToken), MatchValue, StringComparison.OrdinalIgnoreCase) ? WhenTrue! : WhenFalse!;

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
