using System.Globalization;

namespace Inference.Bench;

/// <summary>The command line.</summary>
internal sealed record Options(string Mode, double Seconds, int Rounds, int Streams)
{
    internal const string Usage = """
        usage: Inference.Bench admission [--seconds N]
               Inference.Bench overhead [--rounds N] [--seconds N]
               Inference.Bench streams [--streams N]
        """;

    internal static Options? Parse(string[] arguments)
    {
        var options = arguments switch
        {
            ["admission", ..] => new Options(arguments[0], 3, 0, 0),
            ["overhead", ..] => new Options(arguments[0], 0.5, 9, 0),
            ["streams", ..] => new Options(arguments[0], 0, 0, 5000),
            _ => null,
        };
        for (var i = 1; i + 1 < arguments.Length && options is not null; i += 2)
        {
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 => options with { Seconds = seconds },
                "--rounds" when Number(value) is { } rounds => options with { Rounds = rounds },
                "--streams" when Number(value) is { } streams => options with { Streams = streams },
                _ => null,
            };
        }

        return arguments.Length % 2 == 1 ? options : null;
    }

    private static int? Number(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
