using System.Globalization;

namespace Chat.Bench;

/// <summary>The command line.</summary>
internal sealed record Options(int Rounds, TimeSpan Duration, IReadOnlyList<int> Sizes, string? Only, string? Beside)
{
    internal const string Usage =
        "usage: Chat.Bench [--quick] [--rounds N] [--seconds N] [--sizes N,N] [--only NAME,NAME] [--beside FOLDER]\n"
        + "names: godzilla-signalr, godzilla-socketio, other-signalr, other-socketio, fastify; rooms (saturation and memory), rates, sends\n"
        + "--beside: another build of Chat, as other-signalr and other-socketio";

    private static readonly string[] Cases = ["rooms", "rates", "sends"];

    /// <summary>Whether a candidate takes part: no names, or only names of cases, mean all.</summary>
    internal bool Runs(string candidate) => Names(candidate, name => !Cases.Contains(name, StringComparer.Ordinal));

    internal bool Measures(string part) => Names(part, name => Cases.Contains(name, StringComparer.Ordinal));

    internal static Options? Parse(string[] arguments)
    {
        var options = new Options(3, TimeSpan.FromSeconds(2), [100, 500, 1000], null, null);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                options = options with { Rounds = 1, Duration = TimeSpan.FromSeconds(1) };
                continue;
            }

            var (name, value) = (arguments[i], ++i < arguments.Length ? arguments[i] : "");
            switch (name)
            {
                case "--rounds" when Number(value) is { } rounds:
                    options = options with { Rounds = rounds };
                    break;
                case "--seconds" when Number(value) is { } seconds:
                    options = options with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--sizes" when value.Split(',').Select(Number).ToArray() is var sizes && sizes.All(size => size is > 1 and <= Godzilla.MaxUsers):
                    options = options with { Sizes = [.. sizes.OfType<int>()] };
                    break;
                case "--beside" when File.Exists(Path.Combine(value, Godzilla.ChatBinary)):
                    options = options with { Beside = Path.GetFullPath(value) };
                    break;
                case "--only" when value.Length > 0:
                    options = options with { Only = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    private static int? Number(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private bool Names(string wanted, Func<string, bool> isOfKind) =>
        (Only?.Split(',').Where(isOfKind).ToArray() ?? []) is not { Length: > 0 } names || names.Contains(wanted, StringComparer.Ordinal);
}
