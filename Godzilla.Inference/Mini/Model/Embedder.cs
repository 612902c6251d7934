namespace Godzilla.Inference.Mini.Model;

/// <summary>
/// Turns a text into a vector of length 1: learnt dimensions, in which words of the same passages are near, and between them a random
/// projection of the same features, in which words that look alike are near.
/// </summary>
internal static class Embedder
{
    private const int Dimensions = 2 * MiniModel.LearntDimensions;

    /// <summary>What the random half counts beside the learnt one.</summary>
    private const float RandomShare = 0.55f;

    internal static float[] Embed(MiniModel model, string text, int dimensions)
    {
        Span<float> learnt = stackalloc float[MiniModel.LearntDimensions];
        Span<float> random = stackalloc float[MiniModel.LearntDimensions];
        foreach (var (feature, count) in TextFeatures.Stems(text))
        {
            var bucket = (int)(feature % MiniModel.EmbeddingFeatures);
            var weight = MathF.Sqrt(count) * model.EmbeddingWeights[bucket];
            Scatter(random, feature, weight);
            var row = model.Projection.AsSpan(bucket * MiniModel.LearntDimensions, MiniModel.LearntDimensions);
            for (var at = 0; at < learnt.Length; at++)
            {
                learnt[at] += weight * row[at] * model.ProjectionScales[at];
            }
        }

        foreach (var (feature, count) in TextFeatures.Parts(text))
        {
            Scatter(random, feature, 4 * count);
        }

        Normalize(learnt, 1);
        Normalize(random, RandomShare);

        // The two halves take turns, so that a shorter vector has both.
        var vector = new float[Dimensions];
        for (var at = 0; at < learnt.Length; at++)
        {
            vector[2 * at] = learnt[at];
            vector[(2 * at) + 1] = random[at];
        }

        var answer = dimensions == Dimensions ? vector : vector[..dimensions];
        if (!Normalize(answer, 1))
        {
            // A text without any letter.
            answer[0] = 1;
        }

        return answer;
    }

    // Eight places of the random half, each with a sign, all from the feature's hash.
    private static void Scatter(Span<float> random, uint feature, float weight)
    {
        var bits = feature * 0x9e3779b97f4a7c15;
        for (var place = 0; place < 8; place++, bits >>= 8)
        {
            random[(int)(bits & 127)] += (bits & 128) == 0 ? weight : -weight;
        }
    }

    internal static bool Normalize(Span<float> vector, float length)
    {
        var sum = 0f;
        foreach (var item in vector)
        {
            sum += item * item;
        }

        if (sum < 1e-12f)
        {
            vector.Clear();
            return false;
        }

        var factor = length / MathF.Sqrt(sum);
        foreach (ref var item in vector)
        {
            item *= factor;
        }

        return true;
    }
}
