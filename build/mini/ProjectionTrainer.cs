using Godzilla.Inference.Mini.Model;

namespace Godzilla.Inference.Mini.Training;

/// <summary>
/// Latent semantic analysis: the features' matrix over passages, weighted by rarity, is cut to its largest singular vectors with subspace
/// iteration (Halko, Martinsson and Tropp, 2011).
/// </summary>
internal static class ProjectionTrainer
{
    private const int Iterations = 6;

    internal sealed record Trained(float[] Weights, sbyte[] Projection, float[] Scales);

    internal static Trained Train(IReadOnlyList<string> passages)
    {
        var rows = passages
            .Select(passage => TextFeatures.Stems(passage)
                .GroupBy(pair => (int)(pair.Key % MiniModel.EmbeddingFeatures))
                .Select(group => (Bucket: group.Key, Weight: MathF.Sqrt(group.Sum(pair => pair.Value))))
                .OrderBy(feature => feature.Bucket)
                .ToArray())
            .ToArray();

        var found = new int[MiniModel.EmbeddingFeatures];
        foreach (var (bucket, _) in rows.SelectMany(row => row))
        {
            found[bucket]++;
        }

        // What no passage has is as rare as what one has.
        var weights = found.Select(count => MathF.Log((1f + rows.Length) / Math.Max(1, count))).ToArray();
        foreach (var row in rows)
        {
            var length = MathF.Sqrt(row.Sum(feature => MathF.Pow(feature.Weight * weights[feature.Bucket], 2)));
            for (var at = 0; at < row.Length; at++)
            {
                row[at].Weight *= weights[row[at].Bucket] / MathF.Max(length, 1e-6f);
            }
        }

        var vectors = Subspace(rows);

        // A dimension counts less the more of all passages it explains: the first ones say only that a text is English.
        var sizes = vectors.Select(vector => MathF.Sqrt(MathF.Sqrt(Multiply(rows, vector).Sum(item => item * item)))).ToArray();
        return Quantize(weights, vectors, sizes);
    }

    // The right singular vectors: the space that multiplying by A^T A again and again leaves.
    private static float[][] Subspace((int Bucket, float Weight)[][] rows)
    {
        var random = new Random(20_260_901);
        var vectors = new float[MiniModel.LearntDimensions][];
        for (var at = 0; at < vectors.Length; at++)
        {
            vectors[at] = new float[MiniModel.EmbeddingFeatures];
            for (var feature = 0; feature < MiniModel.EmbeddingFeatures; feature++)
            {
                vectors[at][feature] = (float)(random.NextDouble() - 0.5);
            }
        }

        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Parallel.For(0, vectors.Length, at => vectors[at] = Multiply(rows, vectors[at]));
            Orthonormalize(vectors);
        }

        return vectors;
    }

    private static float[] Multiply((int Bucket, float Weight)[][] rows, float[] vector)
    {
        var product = new float[vector.Length];
        foreach (var row in rows)
        {
            var dot = 0f;
            foreach (var (bucket, weight) in row)
            {
                dot += weight * vector[bucket];
            }

            foreach (var (bucket, weight) in row)
            {
                product[bucket] += weight * dot;
            }
        }

        return product;
    }

    private static void Orthonormalize(float[][] vectors)
    {
        for (var at = 0; at < vectors.Length; at++)
        {
            for (var before = 0; before < at; before++)
            {
                var dot = 0f;
                for (var item = 0; item < vectors[at].Length; item++)
                {
                    dot += vectors[at][item] * vectors[before][item];
                }

                for (var item = 0; item < vectors[at].Length; item++)
                {
                    vectors[at][item] -= dot * vectors[before][item];
                }
            }

            Embedder.Normalize(vectors[at], 1);
        }
    }

    private static Trained Quantize(float[] weights, float[][] vectors, float[] sizes)
    {
        var projection = new sbyte[MiniModel.EmbeddingFeatures * MiniModel.LearntDimensions];
        var scales = new float[MiniModel.LearntDimensions];
        for (var at = 0; at < vectors.Length; at++)
        {
            scales[at] = MathF.Max(vectors[at].Max(MathF.Abs), 1e-9f) / 127;
            for (var feature = 0; feature < vectors[at].Length; feature++)
            {
                projection[(feature * MiniModel.LearntDimensions) + at] = (sbyte)MathF.Round(vectors[at][feature] / scales[at]);
            }
        }

        for (var at = 0; at < vectors.Length; at++)
        {
            scales[at] /= MathF.Max(sizes[at], 1e-3f);
        }

        return new(weights, projection, scales);
    }
}
